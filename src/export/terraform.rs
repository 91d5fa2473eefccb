//! Terraform: the add-on, and subnets.
//!
//! Source: hashicorp/terraform-provider-aws, `aws_eks_addon`, `aws_subnet`, `aws_ec2_subnet_cidr_reservation`,
//! `aws_vpc_ipv4_cidr_block_association`; `import` blocks need Terraform 1.5.

use super::aws::is_full_zone;
use super::data::{Data, Map};
use super::hcl::{self, Block, identifier};
use super::{Exported, Source, values};
use crate::plan::{ReservationType, Subnet};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let subnets = source.subnets(cluster, true);
    let mut names: Vec<String> = Vec::with_capacity(subnets.len());
    for subnet in &subnets {
        let name = identifier(&subnet.name, &names);
        names.push(name);
    }
    let named = |subnet: &Subnet| {
        let at = subnets.iter().position(|other| std::ptr::eq(*other, subnet))?;
        names.get(at)
    };
    let id = |subnet: &Subnet| Some(Data::Code(format!("aws_subnet.{}.id", named(subnet)?)));
    let mut blocks = vec![Block {
        kind: "variable",
        labels: vec!["vpc_id".to_owned()],
        body: Map::new().comment("the plan does not know it").with("type", Data::Code("string".to_owned())),
    }];
    for (i, cidr) in source.plan().vpc.iter().skip(1).enumerate() {
        let body = Map::new().with("vpc_id", vpc()).with("cidr_block", cidr.to_string());
        blocks.push(resource("aws_vpc_ipv4_cidr_block_association", format!("more_{}", i + 1), body));
    }
    for (subnet, name) in subnets.iter().zip(&names) {
        if let Some(id) = &subnet.id {
            let to = Data::Code(format!("aws_subnet.{name}"));
            let body = Map::new().comment("it is there already").with("to", to).with("id", id);
            blocks.push(Block { kind: "import", labels: Vec::new(), body });
        }
        blocks.push(resource("aws_subnet", name.clone(), body(source, subnet)));
        for (i, reservation) in subnet.reservations.iter().enumerate() {
            let kind = match reservation.kind {
                ReservationType::Prefix => "prefix",
                ReservationType::Explicit => "explicit",
            };
            let body = Map::new()
                .with("subnet_id", Data::Code(format!("aws_subnet.{name}.id")))
                .with("cidr_block", reservation.cidr.to_string())
                .with("reservation_type", kind);
            blocks.push(resource("aws_ec2_subnet_cidr_reservation", format!("{name}_{}", i + 1), body));
        }
    }
    let values = values::values(source, &id)?;
    let mut addon = Map::new().with("cluster_name", &cluster.name).with("addon_name", "vpc-cni");
    if !values.0.is_empty() {
        let code = format!("jsonencode({})", hcl::expression(&Data::Map(values), 2));
        addon = addon.with("configuration_values", Data::Code(code));
    }
    blocks.push(resource("aws_eks_addon", "vpc_cni".to_owned(), addon));
    let lead =
        ["the addresses of a cluster, as its plan says: subnets and the settings of the VPC CNI".to_owned()];
    Ok(hcl::write(&lead, &blocks).into())
}

fn resource(kind: &str, name: String, body: Map) -> Block {
    Block { kind: "resource", labels: vec![kind.to_owned(), name], body }
}

fn vpc() -> Data {
    Data::Code("var.vpc_id".to_owned())
}

fn body(source: &Source<'_>, subnet: &Subnet) -> Map {
    let mut body = Map::new().with("vpc_id", vpc()).with("cidr_block", subnet.cidr.to_string());
    body = match subnet.zone.as_deref() {
        Some(zone) if is_full_zone(zone) => body.with("availability_zone", zone),
        Some(zone) => body.comment(format!(
            "availability_zone: {zone} in the plan, which is no full name such as us-east-1a"
        )),
        None => body.comment("availability_zone: the plan does not say it"),
    };
    if subnet.elb {
        body = body.comment("load balancers are placed here: tag it kubernetes.io/role/elb or kubernetes.io/role/internal-elb");
    }
    let tags =
        Map::new().with("Name", &subnet.name).maybe("kubernetes.io/role/cni", subnet.role_cni.as_ref());
    body = body.with("tags", tags);
    // a range of its own has to be in the VPC before the subnet is
    let more = source.plan().vpc.iter().skip(1).position(|range| range.contains(&subnet.cidr));
    match more {
        Some(i) => {
            let on = format!("[aws_vpc_ipv4_cidr_block_association.more_{}]", i + 1);
            body.with("depends_on", Data::Code(on))
        }
        None => body,
    }
}

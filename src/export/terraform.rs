//! Terraform: the add-on, and subnets.
//!
//! What is there already is not made again, and not changed: a subnet of which the plan knows the id is read as data
//! (managed, its tags and whatever else the plan does not know would be taken away), ranges of the VPC with such a
//! subnet in them and reservations in such a subnet are left out, and the add-on is imported.
//!
//! Source: hashicorp/terraform-provider-aws, `aws_eks_addon` (imported as CLUSTER:ADD-ON), `aws_subnet`,
//! `aws_ec2_subnet_cidr_reservation`, `aws_vpc_ipv4_cidr_block_association`; `import` blocks need Terraform 1.5.

use ipnet::Ipv4Net;

use super::aws::is_full_zone;
use super::data::{Data, Map};
use super::hcl::{self, Block, identifier};
use super::values::{Taker, values};
use super::{Exported, Source};
use crate::plan::{ReservationType, Subnet};
use crate::text::excerpt;

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let subnets = source.subnets(cluster, true);
    let mut names: Vec<String> = Vec::with_capacity(subnets.len());
    for subnet in &subnets {
        let name = identifier(&subnet.name, &names);
        names.push(name);
    }
    let id = |subnet: &Subnet| {
        let at = subnets.iter().position(|other| std::ptr::eq(*other, subnet))?;
        Some(Data::Code(reference(subnet, names.get(at)?)))
    };
    let mut lead = vec![
        "the addresses of a cluster, as its plan says: subnets and the settings of the VPC CNI".to_owned(),
    ];
    let mut blocks = Vec::new();
    for (i, range) in more(source) {
        if is_there(source, range) {
            lead.push(format!("{range} is a range of the VPC already: subnets with ids are in it"));
            continue;
        }
        let body = Map::new().with("vpc_id", vpc()).with("cidr_block", range.to_string());
        blocks.push(resource("aws_vpc_ipv4_cidr_block_association", format!("more_{i}"), body));
    }
    for (subnet, name) in subnets.iter().zip(&names) {
        match &subnet.id {
            Some(id) => blocks.push(block("data", "aws_subnet", name.clone(), known(subnet, id))),
            None => {
                blocks.push(resource("aws_subnet", name.clone(), body(source, subnet)));
                blocks.extend(reservations(subnet, name));
            }
        }
    }
    if blocks.iter().any(|block| block.kind == "resource") {
        let body =
            Map::new().comment("the plan does not know it").with("type", Data::Code("string".to_owned()));
        let vpc = Block { kind: "variable", labels: vec!["vpc_id".to_owned()], body, inner: Vec::new() };
        blocks.insert(0, vpc);
    }
    let values = values(source, Taker::AddOn, &id)?;
    let mut addon = Map::new().with("cluster_name", &*cluster.name).with("addon_name", "vpc-cni");
    if !values.0.is_empty() {
        let code = format!("jsonencode({})", hcl::expression(&Data::Map(values), 2));
        addon = addon.with("configuration_values", Data::Code(code));
    }
    let mut addon = resource("aws_eks_addon", "vpc_cni".to_owned(), addon);
    if subnets.iter().any(|subnet| subnet.id.is_some()) {
        let body = Map::new()
            .comment("for an add-on that is there already; take this block out if the cluster has none")
            .comment("configuration_values take the place of all that it has: add what is not of addresses")
            .with("to", Data::Code("aws_eks_addon.vpc_cni".to_owned()))
            .with("id", format!("{}:vpc-cni", cluster.name));
        blocks.push(Block { kind: "import", labels: Vec::new(), body, inner: Vec::new() });
        let kept = "[tags, service_account_role_arn, pod_identity_association]";
        addon.inner.push(("lifecycle", Map::new().with("ignore_changes", Data::Code(kept.to_owned()))));
    }
    blocks.push(addon);
    Ok(hcl::write(&lead, &blocks).into())
}

fn block(kind: &'static str, of: &str, name: String, body: Map) -> Block {
    Block { kind, labels: vec![of.to_owned(), name], body, inner: Vec::new() }
}

fn resource(of: &str, name: String, body: Map) -> Block {
    block("resource", of, name, body)
}

/// The id of a subnet, as other blocks name it.
fn reference(subnet: &Subnet, name: &str) -> String {
    match subnet.id {
        Some(_) => format!("data.aws_subnet.{name}.id"),
        None => format!("aws_subnet.{name}.id"),
    }
}

/// The ranges of the VPC beside its first, with their numbers.
fn more<'a>(source: &Source<'a>) -> impl Iterator<Item = (usize, &'a Ipv4Net)> {
    source.plan().vpc.iter().enumerate().skip(1)
}

/// Whether the VPC has a range already: a subnet that is there lies in it.
fn is_there(source: &Source<'_>, range: &Ipv4Net) -> bool {
    source.plan().subnets.iter().any(|subnet| subnet.id.is_some() && range.contains(&subnet.cidr))
}

/// A subnet that is there: with its range, so that another one is refused.
fn known(subnet: &Subnet, id: &str) -> Map {
    let mut body = Map::new().comment(format!("{} of the plan: it is there already", excerpt(&subnet.name)));
    if let Some(role) = &subnet.role_cni {
        body = body.comment(format!("with the tag kubernetes.io/role/cni = {role}"));
    }
    for reservation in &subnet.reservations {
        let (cidr, kind) = (reservation.cidr, kind(reservation.kind));
        body = body.comment(format!("with the reservation of {cidr}, {kind}"));
    }
    body.with("id", id).with("cidr_block", subnet.cidr.to_string())
}

fn reservations(subnet: &Subnet, name: &str) -> Vec<Block> {
    let one = |(i, reservation): (usize, &crate::plan::Reservation)| {
        let body = Map::new()
            .with("subnet_id", Data::Code(format!("aws_subnet.{name}.id")))
            .with("cidr_block", reservation.cidr.to_string())
            .with("reservation_type", kind(reservation.kind));
        resource("aws_ec2_subnet_cidr_reservation", format!("{name}_{}", i + 1), body)
    };
    subnet.reservations.iter().enumerate().map(one).collect()
}

fn kind(kind: ReservationType) -> &'static str {
    match kind {
        ReservationType::Prefix => "prefix",
        ReservationType::Explicit => "explicit",
    }
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
    let mut made = more(source).filter(|(_, range)| !is_there(source, range));
    match made.find(|(_, range)| range.contains(&subnet.cidr)) {
        Some((i, _)) => {
            let on = format!("[aws_vpc_ipv4_cidr_block_association.more_{i}]");
            body.with("depends_on", Data::Code(on))
        }
        None => body,
    }
}

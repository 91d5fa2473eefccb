//! What AWS's calculator sheet says: its published formulas, recalculated.

use podroom::engine::evaluate;
use podroom::instance::Tables;
use podroom::plan::parse;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_sheet_is_recalculated(
        pods in 0_u64..28, nodes in 1_u64..9, len in 22_u8..26, warm_eni in 0_u64..4, warm_ip in prop::option::of(0_u64..6), other in 0_u64..9,
    ) {
        let targets = warm_ip.map_or(String::new(), |n| format!("WARM_IP_TARGET = {n}\n"));
        let text = format!(
            "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/{len}\"\nother = {other}\n[[cluster]]\nname = \"c\"\n[cluster.env]\n\
             WARM_ENI_TARGET = {warm_eni}\n{targets}[[cluster.node_group]]\nname = \"n\"\ninstance_type = \"m5.large\"\nnodes = {nodes}\n\
             pods = {pods}\nsubnets = [\"a\"]\n"
        );
        let plan = parse(&text).plan.expect("a plan");
        let evaluation = evaluate(&plan, &Tables::builtin()).expect("it can be evaluated");
        let sheet = evaluation.sheet(&plan);
        // an m5.large has 3 ENIs of 10 addresses; a WARM_IP_TARGET of 0 is none
        let running = evaluation.report.node_groups[0].per_node.pods.expect("nodes")[1];
        let enis = running.div_ceil(10);
        let (tab, warm) = if warm_ip.is_some_and(|n| n > 0) { ("WARM_IP", 0) } else { ("WARM_ENI", warm_eni) };
        let per_node = 10 * (enis + warm) + 2;
        let group = &sheet.node_groups[0];
        prop_assert_eq!((group.tab, group.enis, group.per_node), (tab, enis, per_node));
        prop_assert_eq!(Some(group.held), evaluation.report.node_groups[0].per_node.held);
        let settled = &evaluation.report.pools[0].settled;
        let pools: Vec<_> = sheet.pools.iter().map(|p| (p.used, p.free, p.held, p.left)).collect();
        let free = i64::try_from(2_u64.pow(32 - u32::from(len)) - 2).unwrap() - i64::try_from(nodes * per_node).unwrap();
        let row = (nodes * per_node, free, settled.held, settled.left());
        // a subnet in which no pod has or waits for an address is nothing that one fills in
        prop_assert_eq!(pools, if settled.assigned + settled.unused > 0 { vec![row] } else { Vec::new() });
    }
}

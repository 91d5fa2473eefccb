//! Exports from the planner: the form, the cluster, the path or the clipboard.

use std::path::Path;

use podroom::app::popup::Popup;
use podroom::file::preset::PLANS;

use crate::desk::Desk;
use crate::edit::HEADERS;

const LINE: &str = "kubectl set env daemonset aws-node -n kube-system WARM_ENI_TARGET=1 WARM_IP_TARGET- \
    MINIMUM_IP_TARGET- ENABLE_PREFIX_DELEGATION=false WARM_PREFIX_TARGET=1 MAX_ENI- \
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=false ENABLE_POD_ENI=false ENABLE_SUBNET_DISCOVERY=true IP_COOLDOWN_PERIOD- \
    AWS_MANAGE_ENIS_NON_SCHEDULABLE- MANAGE_UNTAGGED_ENI- DISABLE_LEAKED_ENI_CLEANUP=false\n";

fn example() -> Desk {
    let text = PLANS.iter().find(|preset| preset.name == "eks-1200-pods").expect("a preset").text;
    Desk::file("plans/shop.toml", text)
}

#[test]
fn a_form_is_chosen_and_written_beside_the_plan() {
    let mut desk = example();
    desk.keys("E");
    assert!(desk.screen().contains("configuration values of the EKS add-on"), "{}", desk.screen());
    desk.types("set-env").keys("enter");
    assert!(desk.screen().contains("write set-env to"), "{}", desk.screen());
    assert!(desk.screen().contains("plans/set-env.sh"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.message(), "written to plans/set-env.sh");
    assert_eq!(desk.files[Path::new("plans/set-env.sh")], LINE);
    assert!(desk.app.popups.is_empty());
}

#[test]
fn a_file_that_is_there_is_asked_about() {
    let mut desk = example();
    desk.files.insert("plans/set-env.sh".into(), "mine".to_owned());
    desk.keys("E").types("set-env").keys("enter enter");
    assert!(desk.screen().contains("plans/set-env.sh exists already. Overwrite it?"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.files[Path::new("plans/set-env.sh")], "mine", "cancel is the first answer");
    desk.keys("E").types("set-env").keys("enter enter o");
    assert_eq!(desk.files[Path::new("plans/set-env.sh")], LINE);
    assert_eq!(desk.message(), "written to plans/set-env.sh");
}

#[test]
fn without_a_path_it_is_copied() {
    let mut desk = example();
    desk.keys("E").types("set-env").keys("enter ctrl-u enter");
    assert_eq!((desk.message().as_str(), desk.copied.as_deref()), ("copied set-env", Some(LINE)));
}

#[test]
fn of_several_clusters_one_is_asked_for() {
    let mut desk = Desk::file("shop.toml", HEADERS);
    // what is shown is marked
    desk.keys("]").keys("E").types("set-env").keys("enter");
    assert!(desk.screen().contains("of which cluster"), "{}", desk.screen());
    desk.keys("enter enter");
    assert_eq!(desk.message(), "written to set-env.sh");
    let line = &desk.files[Path::new("set-env.sh")];
    assert!(line.contains("WARM_IP_TARGET=2 MINIMUM_IP_TARGET=4"), "{line}");
    // the plan's own text is of none
    desk.keys("E").types("toml-full").keys("enter enter");
    assert!(desk.files[Path::new("plan-full.toml")].contains("WARM_PREFIX_TARGET = 1"));
}

#[test]
fn what_cannot_be_written_says_why() {
    let mut desk = example();
    desk.keys("E").types("eniconfig").keys("enter enter");
    assert!(
        desk.message().starts_with("not exported: \"prod\" has no custom networking"),
        "{}",
        desk.message()
    );
    assert!(!desk.files.contains_key(Path::new("plans/eniconfig.yaml")));
    // a path is asked for again with what is wrong with it
    desk.unwritable = Some("you may not write to the directory plans".to_owned());
    desk.keys("E").types("helm").keys("enter enter");
    assert!(desk.message().starts_with("not written: you may not write"), "{}", desk.message());
    assert!(matches!(desk.app.popups.last(), Some(Popup::Prompt(_))));
    assert!(desk.screen().contains("plans/aws-vpc-cni.yaml"), "{}", desk.screen());
    desk.unwritable = None;
    desk.keys("enter");
    assert_eq!(desk.message(), "written to plans/aws-vpc-cni.yaml");
}

#[test]
fn what_a_form_has_no_way_to_say_is_said() {
    let text = PLANS.iter().find(|preset| preset.name == "custom-networking").expect("a preset").text;
    let mut desk = Desk::file("custom.toml", text);
    desk.keys("E").types("addon").keys("enter enter");
    assert_eq!(desk.message(), "written to vpc-cni.json");
    assert!(
        desk.screen().contains("eniConfig is left out: the zones of the pod subnets"),
        "{}",
        desk.screen()
    );
    desk.keys("esc");
    assert!(desk.app.popups.is_empty());
}

#[test]
fn it_is_found_in_the_palette_and_a_field_under_edit_counts() {
    let mut desk = example();
    desk.keys(": ").types("export the plan").keys("enter");
    assert!(desk.screen().contains("ENIConfig manifests"), "{}", desk.screen());
    desk.keys("esc : ").types("WARM_IP_TARGET=7").keys("enter E").types("set-env").keys("enter enter");
    assert!(desk.files[Path::new("plans/set-env.sh")].contains("WARM_IP_TARGET=7"));
}

#[test]
fn the_forms_at_two_sizes() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut desk = example();
        desk.size(columns, rows).keys("E");
        insta::assert_snapshot!(format!("forms_{columns}x{rows}"), desk.screen());
    }
}

//! Instance tables with mistakes: all of them are told, each at its place, and nothing has changed.

use podroom::instance::{TableProblem, Tables};
use proptest::prelude::*;

fn problems(text: &str) -> Vec<TableProblem> {
    let mut tables = Tables::builtin();
    let problems = tables.add(text, "t").expect_err("a bad table");
    assert!(tables.iter().eq(Tables::builtin().iter()), "a refused table leaves no trace");
    problems
}

/// Problems as the user sees them, with what is underlined.
fn told(text: &str) -> String {
    let mut out = String::new();
    for problem in problems(text) {
        let help = problem.help.as_deref().unwrap_or("-");
        out.push_str(&format!("{problem}\n    under: {}\n    help: {help}\n", &text[problem.span.clone()]));
    }
    out
}

#[test]
fn every_mistake_of_a_toml_table_is_told() {
    insta::assert_snapshot!(told(
        r#"m5.large    = { enis = 0, ipv4_per_eni = 257, vcpus = -1 }
m5.xlarge   = { usd_per_hour = nan, branch_enis = 99999999999999999999, memory_mib = 1.5 }
m5.2xlarge  = { usd_per_hour = -1, note = 7, arch = [], hypervisor = "kvm" }
m5.4xlarge  = { eni = 3, ipv4_per_enis = 10, color = "red" }
m5.8xlarge  = 8
x99.large   = { enis = 3 }
x99.xlarge  = { vcpus = 4 }
"x99.a b"   = { enis = 3 }
big         = { enis = 3, ipv4_per_eni = 10 }
"m5.12xlarge" = { vcpus = 1 }
m5.12xlarge = { vcpus = 2 }
m5.16xlarge = { usd_per_hour = inf }
m5.24xlarge = { usd_per_hour = 1e7, enis = "8" }
"#
    ));
}

#[test]
fn a_row_given_twice_is_told_once() {
    insta::assert_snapshot!(told(
        "m5.large = { vcpus = 2 }\nm5.large = { vcpus = 4 }\nm5.xlarge = { enis = 3, enis = 4 }\n"
    ));
}

#[test]
fn syntax_errors_and_wrong_values_are_told_together() {
    insta::assert_snapshot!(told(
        r#"m5.large = { enis = , vcpus = 2 }
m5.xlarge = { enis = 0 }
[m5a.large]
vcpus =
ipv4_per_eni = 0
[m5a.xlarge]
enis = 0
[m5d.large
enis 3
"#
    ));
    // an unclosed row swallows what follows, and is told once
    insta::assert_snapshot!(told(
        r#"m5.large = { enis = 0 }
m5.xlarge = { note = "open }
m5.2xlarge = { enis = 0 }
m5.4xlarge = { enis = 0 }
"#
    ));
}

#[test]
fn every_mistake_of_a_json_table_is_told() {
    insta::assert_snapshot!(told(
        r#"{
  "InstanceTypes": [
    {"InstanceType": "x99.large"},
    {"InstanceType": "x99.xlarge", "NetworkInfo": {"MaximumNetworkInterfaces": 3}},
    {"InstanceType": "m5.large", "NetworkInfo": {"MaximumNetworkInterfaces": 0, "Ipv4AddressesPerInterface": "ten"}},
    {"InstanceType": "m5.xlarge", "VCpuInfo": 4, "MemoryInfo": {"SizeInMiB": 1e400}},
    {"InstanceType": "m5.2xlarge", "BareMetal": "no", "Hypervisor": "nitro"},
    {"InstanceType": "m5.8xlarge", "NetworkInfo": {"DefaultNetworkCardIndex": 2, "NetworkCards": [
      {"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 8}, {"NetworkCardIndex": 1, "MaximumNetworkInterfaces": 7}]}},
    {"InstanceType": "m5.4xlarge"},
    {"InstanceType": "m5.4xlarge"},
    {"InstanceType": "m5.\u001b[31m", "NetworkInfo": {}},
    {"InstanceType": 5},
    {"BareMetal": true},
    "m5.large",
    {"InstanceType": "x99.2xlarge", "NetworkInfo": {"MaximumNetworkInterfaces": 15, "MaximumNetworkCards": 2, "Ipv4AddressesPerInterface": 50}}
  ]
}"#
    ));
}

#[test]
fn json_that_is_cut_off_or_of_another_shape_is_told_with_what_to_run() {
    let cut = "{\"InstanceTypes\": [\n  {\"InstanceType\": \"m5.large\",\n   \"NetworkInfo\": {\"Maxi";
    let texts = [
        cut,
        "{\n  enis = 3\n}",
        "\u{feff}{oops}",
        "{}",
        r#"{"Subnets": []}"#,
        r#"{"InstanceType": "m5.large"}"#,
        r#"{"InstanceTypes": {}}"#,
        r#"{"InstanceTypes": []} {"InstanceTypes": []}"#,
    ];
    insta::assert_snapshot!(texts.map(told).join("\n"));
}

#[test]
fn other_outputs_of_the_command_are_told_with_what_to_run() {
    let texts = [
        "InstanceTypes:\n- AutoRecoverySupported: true\n  BareMetal: false\n",
        "- m5.large\n- m5.xlarge\n",
        "INSTANCETYPES\tTrue\tFalse\tTrue\tm5.large\n",
        "---------------------------\n|  DescribeInstanceTypes  |\n+-------------------------+\n",
        "[\n    \"m5.large\"\n]\n",
        "[\"m5.large\"]",
        "[[\"m5.large\", 3, 10]]",
        "[{\"InstanceType\": \"m5.large\"",
    ];
    for text in texts {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((found[0].line, found[0].column), (1, 1));
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("aws ec2 describe-instance-types --output json"), "{text}: {help}");
    }
    insta::assert_snapshot!(texts.map(|text| problems(text)[0].message.clone()).join("\n"));
}

#[test]
fn a_table_without_a_type_is_told() {
    for text in ["", "\n", "# nothing yet\n", "[m5]\n", "{\"InstanceTypes\": []}"] {
        assert_eq!(problems(text)[0].to_string(), "t:1:1: no instance type in this table", "{text}");
    }
}

#[test]
fn many_mistakes_and_deep_nesting_are_told() {
    let row = |i: usize| format!("s{i} = {{ enis = 0 }}");
    let text = format!("m5 = {{ {} }}", (0..20_000).map(row).collect::<Vec<_>>().join(", "));
    assert_eq!(problems(&text).len(), 20_000);
    let text = "!\n".repeat(20_000);
    assert_eq!(problems(&text).len(), 20_000);
    let deep = [
        "[".repeat(1_000_000),
        format!("{{\"InstanceTypes\": {}", "[".repeat(1_000_000)),
        format!("a.b = {}", "{ x = ".repeat(100_000)),
    ];
    for text in deep {
        assert!(!problems(&text).is_empty());
    }
}

/// Anything: an answer, and problems that point into the text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let mut tables = Tables::default();
    match tables.add(text, "t") {
        Ok(count) => prop_assert!(count > 0 && tables.iter().count() == count),
        Err(problems) => {
            prop_assert!(!problems.is_empty() && tables.iter().count() == 0);
            prop_assert!(problems.is_sorted_by_key(|p| (p.line, p.column)));
            for problem in problems {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
                prop_assert!(!problem.to_string().chars().any(podroom::text::is_hostile), "{problem:?}");
            }
        }
    }
    Ok(())
}

/// Pieces of both formats, to get past the first token.
const PIECES: &[&str] = &[
    "m5",
    "large",
    ".",
    "=",
    " ",
    "\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "enis",
    "ipv4_per_eni",
    "note",
    "arch",
    "3",
    "0",
    "-1",
    "1e9",
    "nan",
    "true",
    "null",
    "#",
    "\u{feff}",
    "\u{1b}",
    "é",
    "\"m5.large\"",
    "m5.large = ",
    "{ enis = 3, ipv4_per_eni = 10 }\n",
    "{\"InstanceTypes\":[",
    "{\"InstanceType\":\"m5.large\"",
    "\"NetworkInfo\":{",
    "\"NetworkCards\":[{",
    "\"MaximumNetworkInterfaces\":3",
    "\"Ipv4AddressesPerInterface\":10",
    "}]}",
    "}}]}",
];

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn arbitrary_pieces_are_read_or_refused(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn a_document_with_a_hole_is_read_or_refused(at in 0usize..1_900, len in 0usize..40, what in "\\PC{0,3}") {
        let text = include_str!("../data/describe-instance-types.aws-cli-example1.json");
        let mut bytes = text.as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + len).min(bytes.len());
        bytes.splice(at..end, what.bytes());
        check(&String::from_utf8_lossy(&bytes))?;
    }
}

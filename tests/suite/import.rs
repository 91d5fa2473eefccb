//! `podroom import`: what inputs become, and what is said of those that cannot be read.

use podroom::import::{Imported, Refusal, Source, import};

/// The fixtures of these names, put together.
fn imported(names: &[&str]) -> Result<Imported, Refusal> {
    let texts: Vec<String> = names
        .iter()
        .map(|name| {
            let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).expect("the fixture is there")
        })
        .collect();
    let sources: Vec<Source> = names.iter().zip(&texts).map(|(name, text)| Source { name, text }).collect();
    import(&sources)
}

fn text(names: &[&str]) -> String {
    match imported(names) {
        Ok(i) => i.text,
        Err(Refusal::Plan { text, .. }) => text,
        Err(e) => panic!("{e:?}"),
    }
}

#[test]
fn inputs_of_every_kind_become_plans() {
    for names in [
        &["one.yaml", "network-small.json"][..],
        &["both.yaml", "networks.json", "nodes-one.json", "nodes-two.json"],
        &["rack1.json", "rack2.yaml"],
        &["networks.json", "nodes-two.json"],
    ] {
        println!("{}\n=====", text(names));
    }
}

//! The report: its HTML by the rules of HTML5, its charts as XML, its Markdown in GitHub's dialect, its tables read
//! back, and the figures on it against the engine's.

use std::collections::HashSet;

use podroom::engine::map::Use;
use podroom::engine::{Situation, evaluate};
use podroom::export::report::chart::{Chart, GrowthOf, MapOf};
use podroom::export::report::pages::{Block, Told};
use podroom::export::report::{self, Facts, PARTS, Pages, Part};
use podroom::export::{Source, form, write};
use podroom::file::preset::PLANS;
use podroom::instance::Tables;
use podroom::output::csv;
use podroom::output::html::escape;
use podroom::plan::document::Document;
use podroom::text::{is_hostile, shown, thousands};
use roxmltree::Document as Xml;
use scraper::{Html, Selector};
use serde_json::Value;

/// Hands a plan's facts to a test.
fn with<T>(text: &str, part: Option<Part>, test: impl FnOnce(&Facts) -> T) -> T {
    let document = Document::new(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let tables = Tables::builtin();
    let evaluation = evaluate(document.plan(), &tables).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let source =
        Source { document: &document, tables: &tables, evaluation: &evaluation, cluster: None, table: part };
    test(&Facts::of(&source, part))
}

fn exported(text: &str, name: &str, part: Option<Part>) -> String {
    let document = Document::new(text).unwrap();
    let tables = Tables::builtin();
    let evaluation = evaluate(document.plan(), &tables).unwrap();
    let source =
        Source { document: &document, tables: &tables, evaluation: &evaluation, cluster: None, table: part };
    write(form(name).unwrap(), &source, None).unwrap().text
}

/// A plan that grows until it ends, with two clusters, reasons for others, DaemonSets and variants.
const GROWING: &str = include_str!("../data/report.toml");

pub fn selected<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    selected(page, selector).into_iter().map(|e| e.text().collect()).collect()
}

/// What holds of every page, whatever the plan.
pub fn check_page(html: &str) -> Html {
    let page = Html::parse_document(html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert_eq!(page.quirks_mode, scraper::html::Html::new_document().quirks_mode);
    let root = page.root_element();
    assert_eq!(root.value().attr("lang"), Some("en"));
    for (selector, n) in
        [("meta[charset=utf-8]", 1), ("meta[name=viewport]", 1), ("title", 1), ("h1", 1), ("style", 1)]
    {
        let found = selected(&page, selector)
            .into_iter()
            .filter(|e| e.value().name() != "title" || e.ancestors().count() == 3);
        assert_eq!(found.count(), n, "{selector}");
    }
    // nothing runs, and nothing is fetched
    let active = "script,link,img,iframe,object,embed,form,input,video,audio,image,use,foreignObject,base";
    assert!(selected(&page, active).is_empty());
    let mut ids = HashSet::new();
    for element in selected(&page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}={value}");
            assert!(name != "href" || value.starts_with('#'), "{value}");
            assert!(name != "id" || ids.insert(value.to_owned()), "{value} twice");
        }
    }
    for link in selected(&page, "a[href]") {
        let target = link.value().attr("href").unwrap().trim_start_matches('#');
        assert!(ids.contains(target), "#{target}");
    }
    for id in html.split("url(#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(ids.contains(id), "{id}");
    }
    for table in selected(&page, "table") {
        let count = |selector: &str| table.select(&Selector::parse(selector).unwrap()).count();
        let columns = count("thead th[scope=col]");
        assert!(count("caption") == 1 && columns > 0);
        for row in table.select(&Selector::parse("tbody tr").unwrap()) {
            let cells = row.child_elements().count();
            assert_eq!(cells, columns);
            assert_eq!(row.child_elements().next().unwrap().value().attr("scope"), Some("row"));
        }
    }
    page
}

fn charts(pages: &Pages) -> impl Iterator<Item = &Chart> {
    pages.chapters.iter().flat_map(|c| &c.blocks).filter_map(|block| match block {
        Block::Chart(chart) => Some(chart),
        _ => None,
    })
}

fn tables(pages: &Pages) -> impl Iterator<Item = &Told> {
    pages.chapters.iter().flat_map(|c| &c.blocks).filter_map(|block| match block {
        Block::Table(told) => Some(told),
        _ => None,
    })
}

/// A chart as XML, with what is said for those who do not see it.
fn check_chart(chart: &Chart) -> Vec<String> {
    let svg = chart.svg("c");
    let xml = Xml::parse(&svg).unwrap_or_else(|e| panic!("{e}\n{svg}"));
    let root = xml.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("role")), ("svg", Some("img")));
    let said: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
    for (id, name) in said.iter().zip(["title", "desc"]) {
        let found = xml.descendants().find(|n| n.attribute("id") == Some(id)).unwrap();
        assert_eq!(found.tag_name().name(), name);
        assert!(!found.text().unwrap_or_default().is_empty(), "{name}");
    }
    let high: f64 = root.attribute("viewBox").unwrap().split(' ').nth(3).unwrap().parse().unwrap();
    for node in xml.descendants().filter(|n| n.is_element()) {
        let number = |name: &str| node.attribute(name).map(|n| n.parse::<f64>().unwrap());
        let x = [number("x"), number("x1"), number("x2")];
        assert!(x.into_iter().flatten().all(|x| (0.0..=720.0).contains(&x)), "{node:?}");
        let y = [number("y"), number("y1"), number("y2")];
        assert!(y.into_iter().flatten().all(|y| (0.0..=high).contains(&y)), "{node:?}");
        assert!(
            !node.attributes().any(|a| a.value().contains("NaN") || a.value().contains("inf")),
            "{node:?}"
        );
    }
    xml.descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .map(|n| n.text().unwrap_or_default().to_owned())
        .collect()
}

/// Plans of every manager that there is a preset of, and one that grows.
fn plans() -> Vec<(&'static str, &'static str)> {
    PLANS.iter().map(|preset| (preset.name, preset.text)).chain([("growing", GROWING)]).collect()
}

#[test]
fn every_preset_is_a_valid_page_with_the_figures_of_the_engine() {
    let mut drawn = 0;
    for (name, text) in plans() {
        with(text, None, |facts| {
            let pages = Pages::of(facts);
            let html = report::html::write(&pages);
            let page = check_page(&html);
            let others = html.replace("http://www.w3.org/2000/svg", "");
            assert!(!others.contains("@import") && !others.contains("://"), "{name}: something is elsewhere");
            let report = &facts.evaluation.report;
            assert_eq!(texts(&page, "h1 .verdict"), [report.verdict.name()], "{name}");
            let all = texts(&page, "td, th");
            for pool in &report.pools {
                for n in [pool.usable, pool.settled.held, pool.settled.free, pool.settled.unused] {
                    assert!(all.contains(&thousands(n)), "{name}: {n} of {}", pool.name);
                }
            }
            // every sentence is that of the engine, and every finding is there with its help
            for told in tables(&pages) {
                for why in &told.whys {
                    assert!(
                        !why.sentence.is_empty() && why.row < told.table.rows.len(),
                        "{name}: {}",
                        why.name
                    );
                }
            }
            for finding in report.findings.iter().take(100) {
                assert!(
                    all.iter().any(|cell| cell.contains(&shown(&finding.message))
                        && cell.contains(&shown(&finding.help))),
                    "{name}: {}",
                    finding.message
                );
            }
            for chart in charts(&pages) {
                check_chart(chart);
                drawn += 1;
            }
            let markdown = report::markdown::write(&pages);
            let rendered = as_html(&markdown);
            assert_eq!(
                texts(&rendered, "h1"),
                [format!("{}: {}", shown(&pages.plan), report.verdict.name())]
            );
            let in_markdown = selected(&rendered, "table").len();
            assert_eq!(in_markdown, selected(&page, "table").len() + 1, "{name}: and the cards");
            assert_eq!(selected(&rendered, "pre").len(), charts(&pages).count(), "{name}");
        });
    }
    assert!(drawn > 40, "{drawn}");
}

#[test]
fn legends_of_maps_are_the_figures_of_their_pools() {
    let mut compared = 0;
    for (name, text) in plans() {
        with(text, Some(Part::Pools), |facts| {
            for (row, pool) in facts.pools().iter().enumerate().filter(|(_, p)| p.settled.short == 0) {
                let map = facts.evaluation.drawn(facts.plan(), row, Situation::Settled);
                let of = MapOf { pool: pool.clone(), map };
                let drawn: u128 = Use::ALL.into_iter().map(|of_use| of.map.counts().of(of_use)).sum();
                let legend = of.legend();
                let texts =
                    check_chart(&Chart::Map(Box::new(MapOf { pool: pool.clone(), map: of.map.clone() })));
                assert!(legend.iter().all(|(_, text)| texts.contains(text)), "{name}: {}", pool.name);
                if of.map.chosen_by.is_none() || pool.capacity as u128 != drawn {
                    continue;
                }
                for (of_use, n) in [
                    (Use::Reserved, pool.reserved),
                    (Use::Primary, pool.settled.primary),
                    (Use::Assigned, pool.settled.assigned),
                    (Use::Unused, pool.settled.unused),
                    (Use::Free, pool.settled.free),
                ] {
                    let said = legend.iter().find(|(own, _)| *own == of_use).map(|(_, text)| text.as_str());
                    match n {
                        0 => assert_eq!(said, None, "{name}: {}", pool.name),
                        n => assert!(
                            said.unwrap().ends_with(&format!(" {}", thousands(n))),
                            "{name}: {said:?} {n}"
                        ),
                    }
                    compared += 1;
                }
            }
        });
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn staircases_say_what_the_node_groups_hold() {
    let mut compared = 0;
    for (name, text) in plans() {
        with(text, Some(Part::Staircase), |facts| {
            for (row, group) in facts.evaluation.report.node_groups.iter().enumerate() {
                let (Some(stairs), Some([_, most])) = (facts.staircase(row), group.per_node.held) else {
                    continue;
                };
                let at_today = stairs.count(stairs.today()).unwrap();
                assert_eq!(at_today.held() + stairs.branch, most, "{name}: {}", group.name);
                let texts = check_chart(&Chart::Staircase(Box::new(stairs.clone())));
                let says = format!("{} held", at_today.held());
                assert!(
                    texts.iter().any(|t| t.starts_with("today: ") && t.ends_with(&says)),
                    "{name}: {texts:?}"
                );
                compared += 1;
            }
        });
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn growth_ends_in_the_months_of_the_thresholds() {
    with(GROWING, None, |facts| {
        let thresholds = &facts.evaluation.report.thresholds;
        let mut ends = 0;
        for (row, pool) in facts.pools().iter().enumerate() {
            let growth = GrowthOf::new(&facts.months, row).unwrap();
            for series in &growth.series {
                assert_eq!(series.used[0], pool.other + pool.holding(series.situation).held);
                assert_eq!(series.used.len(), 25);
                let of = |t: &&podroom::engine::Threshold| {
                    t.of == pool.name && t.situation == Some(series.situation)
                };
                let Some(threshold) = thresholds.iter().find(of) else { continue };
                let at = threshold.at.map(|at| at.scaled() as usize);
                assert_eq!(series.short, at, "{} {}", pool.name, series.situation.name());
                ends += usize::from(at.is_some());
            }
            let texts = check_chart(&Chart::Growth(growth));
            assert!(texts.contains(&format!("usable {}", thousands(pool.usable))), "{texts:?}");
        }
        assert!(ends > 2, "{ends}");
        let table = Part::Growth.table(facts);
        assert_eq!(table.rows.len(), 25 * facts.pools().len());
    });
}

#[test]
fn a_plan_that_does_not_grow_has_no_such_chapter() {
    with(crate::facts::EKS, None, |facts| {
        let ids: Vec<&str> = Pages::of(facts).chapters.iter().map(|c| c.id).collect();
        assert_eq!(
            ids,
            ["overview", "findings", "pools", "maps", "node-groups", "workloads", "thresholds", "inputs"]
        );
    });
    with(GROWING, None, |facts| {
        let ids: Vec<&str> = Pages::of(facts).chapters.iter().map(|c| c.id).collect();
        assert_eq!(
            ids,
            [
                "overview",
                "findings",
                "pools",
                "maps",
                "node-groups",
                "workloads",
                "thresholds",
                "growth",
                "variants",
                "inputs"
            ]
        );
    });
}

/// Records of RFC 4180.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    assert!(!quoted && record.is_empty() && field.is_empty());
    all
}

#[test]
fn every_table_is_read_back_from_csv_and_json() {
    for (name, text) in plans() {
        with(text, None, |facts| {
            for (part, own, _) in PARTS {
                assert_eq!(Part::named(own), Some(*part));
                let table = part.table(facts);
                let read = records(&csv::write(&table));
                assert_eq!(read.len(), table.rows.len() + 1, "{name}: {own}");
                assert!(read.iter().all(|record| record.len() == read[0].len()), "{name}: {own}");
                let keys: HashSet<&String> = read[0].iter().collect();
                assert_eq!(keys.len(), read[0].len(), "{name}: {own} has a column twice: {:?}", read[0]);
                assert!(read[0].iter().all(|key| !key.is_empty()), "{name}: {own}");
            }
        });
    }
}

#[test]
fn the_document_has_every_table_as_its_csv_has_it() {
    let all: Value = serde_json::from_str(&exported(GROWING, "json", None)).unwrap();
    assert_eq!(all["format"], 1);
    assert_eq!(all["verdict"], "at-risk");
    let tables = all["tables"].as_object().unwrap();
    assert_eq!(tables.len(), PARTS.len() - 1, "all but addresses");
    for (part, name, _) in PARTS {
        let alone: Value = serde_json::from_str(&exported(GROWING, "json", Some(*part))).unwrap();
        let read = records(&exported(GROWING, "csv", Some(*part)));
        assert_eq!(alone.as_array().unwrap().len(), read.len() - 1, "{name}");
        assert!(read.len() > 1, "{name} has no row");
        let first = alone[0].as_object().unwrap();
        for (key, cell) in read[0].iter().zip(&read[1]) {
            if let Some(Value::Number(n)) = first.get(key) {
                assert_eq!(*cell, n.to_string(), "{name}.{key}");
            }
        }
        if *part != Part::Addresses {
            assert_eq!(tables[*name], alone, "{name}");
        }
    }
    let pools = records(&exported(GROWING, "csv", None));
    assert_eq!(pools[0][0], "pool", "pools where nothing is asked for");
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    for name in ["html", "markdown", "json", "csv"] {
        assert_eq!(exported(GROWING, name, None), exported(GROWING, name, None), "{name}");
    }
}

#[test]
fn forms_without_tables_take_none() {
    let document = Document::new(GROWING).unwrap();
    let tables = Tables::builtin();
    let evaluation = evaluate(document.plan(), &tables).unwrap();
    let table = Some(Part::Pools);
    let source =
        Source { document: &document, tables: &tables, evaluation: &evaluation, cluster: None, table };
    assert_eq!(
        write(form("html").unwrap(), &source, None).unwrap_err(),
        "html is no table: leave --table out"
    );
}

/// As GitHub shows it.
pub fn as_html(text: &str) -> Html {
    let options = markdown::Options {
        compile: markdown::CompileOptions { allow_dangerous_html: true, ..markdown::CompileOptions::gfm() },
        ..markdown::Options::gfm()
    };
    Html::parse_document(&markdown::to_html_with_options(text, &options).unwrap())
}

/// Names that are markup somewhere.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style></svg></title><b>",
    "&lt;b&gt; &#x3c;b>",
    "a|b|c `code` ```",
    "[x](https://evil.example) ![y](z.png)",
    "https://evil.example www.evil.example x@evil.example",
    "@team #12 *b* _i_ ~~s~~ $x$",
    "# h - l > q 1. n --- <!-- c -->",
    "\u{fffe}\u{1ffff}\u{fdd0}",
    "=1+1",
    "größe 東京 עברית",
];

fn hostile(name: &str) -> String {
    let name: String =
        name.chars().flat_map(|c| format!("\\U{:08X}", u32::from(c)).chars().collect::<Vec<_>>()).collect();
    let name = format!("\"{name}\"");
    GROWING
        .replace("\"private-a\"", &name)
        .replace("\"prod\"", &name)
        .replace("\"workers\"", &name)
        .replace("\"web\"", &name)
        .replace("\"growing\"", &name)
        .replace("\"alb public\"", &name)
}

#[test]
fn names_are_never_markup() {
    for name in HOSTILE {
        let text = hostile(name);
        let shown = shown(name);
        let (html, markdown, drawn, inputs) = with(&text, None, |facts| {
            let pages = Pages::of(facts);
            let inputs = csv::write(&Part::Inputs.table(facts));
            let (html, markdown) = (report::html::write(&pages), report::markdown::write(&pages));
            (html, markdown, charts(&pages).count(), inputs)
        });
        let page = check_page(&html);
        let marked = name.chars().any(|c| "<>&\"".contains(c));
        assert!(!marked || !html.contains(name), "{name} is there as it is");
        // the only bold text is that of the cards
        assert_eq!(selected(&page, "b").len(), selected(&page, ".cards dd b").len(), "{name}");
        let plain: String = Html::parse_fragment(&escape(name)).root_element().text().collect();
        assert!(texts(&page, "h1")[0].starts_with(&plain), "{name}");
        assert!(texts(&page, "tbody th").contains(&plain), "{name}");

        let rendered = as_html(&markdown);
        let foreign = "a, img, script, style, em, del, h4, blockquote, b, ol, input";
        assert!(selected(&rendered, foreign).is_empty(), "{name}: {markdown}");
        let title = texts(&rendered, "h1").concat();
        assert_eq!(title.trim(), format!("{shown}: at-risk").trim(), "{name}");
        assert!(texts(&rendered, "td").iter().any(|cell| cell.trim() == shown.trim()), "{name}");
        assert_eq!(selected(&rendered, "pre").len(), drawn, "{name}");

        let json: Value = serde_json::from_str(&exported(&text, "json", Some(Part::Pools))).unwrap();
        assert_eq!(json[0]["pool"], **name);
        let csv = exported(&text, "csv", None);
        let formula = name.starts_with(['=', '+', '-', '@']);
        assert_eq!(records(&csv)[1][0], if formula { format!("'{shown}") } else { shown });
        for out in [html, markdown, csv, inputs] {
            assert!(out.chars().all(|c| c == '\n' || !is_hostile(c)), "{name}");
        }
    }
}

/// A plan of so many subnets and groups, with 100,000 nodes in all.
fn large(groups: usize) -> String {
    let mut text = "format = 1\nname = \"large\"\ngrowth = { nodes = 1, months = 2 }\n".to_owned();
    for i in 0..groups {
        text += &format!(
            "[[subnet]]\nname = \"subnet-{i}-{}\"\ncidr = \"10.{}.{}.0/18\"\n",
            "x".repeat(120),
            i / 4,
            i % 4 * 64
        );
    }
    text += "[[cluster]]\nname = \"prod\"\n[cluster.env]\nWARM_IP_TARGET = 5\n";
    for i in 0..groups {
        text += &format!(
            "[[cluster.node_group]]\nname = \"group-{i}\"\ninstance_type = \"m5.4xlarge\"\nnodes = {}\npods = {}\nsubnets = [\"subnet-{i}-{}\"]\n",
            100_000 / groups,
            20 + i % 20,
            "x".repeat(120)
        );
    }
    text
}

#[test]
fn large_plans_have_reports_that_can_be_read() {
    let text = large(110);
    with(&text, None, |facts| {
        let pages = Pages::of(facts);
        let html = report::html::write(&pages);
        let page = check_page(&html);
        assert!(html.len() < 1_000_000, "{}", html.len());
        let markdown = report::markdown::write(&pages);
        assert!(markdown.len() < 500_000, "{}", markdown.len());
        assert!(charts(&pages).count() <= 13, "{}", charts(&pages).count());
        assert!(tables(&pages).all(|told| told.table.rows.len() <= 100));
        let left: Vec<String> =
            texts(&page, "main p").into_iter().filter(|p| p.contains("left out")).collect();
        let all = "podroom export PLAN --as csv --table pools has all.";
        assert!(
            left.iter().any(|p| p.starts_with("10 of 110 pools left out") && p.ends_with(all)),
            "{left:?}"
        );
        assert!(left.iter().any(|p| p.starts_with("106 of 110 staircases left out")), "{left:?}");
        // what is nearest to its end is not left out
        let tightest = facts.pools().iter().min_by_key(|p| p.settled.left()).unwrap();
        assert!(texts(&page, "tbody th").contains(&tightest.name));
    });
}

#[test]
fn a_small_plan_as_a_page_and_as_markdown() {
    let text = include_str!("../../presets/plans/starter.toml");
    insta::assert_snapshot!("report.md", exported(text, "markdown", None));
    let html = exported(text, "html", None);
    let (head, rest) = html.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    insta::assert_snapshot!("report.html", format!("{head}<style></style>{body}"));
}

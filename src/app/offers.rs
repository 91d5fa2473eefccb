//! What may stand in a field under edit, offered while it is typed. What a field offers is said in
//! [`crate::plan::field::names`].
//!
//! What is offered is put into the text as it is chosen, and previewed as if it had been typed. Closing the list puts
//! back what was typed. Only a text that is typed opens it, so that Tab still goes from field to field.

use std::ops::Range;

use ipnet::Ipv4Net;
use tui_input::Input;

use super::App;
use super::action::Action;
use super::editor::{CHARS, Editor, Selection};
use crate::instance::InstanceType;
use crate::plan::field::names::{self, Names, Shape};
use crate::plan::{Plan, Row, edits};
use crate::suggest::{self, Entry};
use crate::text::{count, shown};

/// What is offered for an item of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// Best first, at least one.
    pub all: Vec<Offer>,
    /// The one that stands in the text.
    pub taken: Option<usize>,
    /// The text as it was typed, the cursor in it, and the item; in characters.
    typed: Vec<char>,
    cursor: usize,
    item: Range<usize>,
}

/// A name, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As it is typed.
    pub text: String,
    pub about: String,
}

impl Offers {
    /// The column of the text in which the item begins, in characters.
    pub fn column(&self) -> usize {
        self.item.start
    }

    /// The text with one of them in place of the item, or as it was typed, and the cursor in it.
    fn text_with(&self, taken: Option<usize>) -> Input {
        let Some(offer) = taken.and_then(|i| self.all.get(i)) else {
            return Input::new(self.typed.iter().collect()).with_cursor(self.cursor);
        };
        let name: Vec<char> = offer.text.chars().collect();
        let after = self.item.start + name.len();
        let mut text = self.typed.clone();
        text.splice(self.item.clone(), name);
        Input::new(text.into_iter().take(CHARS).collect()).with_cursor(after)
    }
}

impl App {
    /// Whether something can be offered in the field under edit.
    pub fn offers_something(&self) -> bool {
        self.editor.as_ref().is_some_and(|e| e.field.names() != Names::Nothing)
    }

    /// After the text was typed: offers what goes on like it. What is there in full is not offered.
    pub(super) fn offer(&mut self) {
        self.offer_if(|offers, is_there| !is_there && !offers.is_empty());
    }

    /// Offers whatever may stand there.
    pub(super) fn offer_all(&mut self) -> Result<(), String> {
        self.offer_if(|offers, _| !offers.is_empty());
        match self.editor.as_ref().is_some_and(|editor| editor.offers.is_some()) {
            true => Ok(()),
            false => Err("nothing is known that may stand here: type it".to_owned()),
        }
    }

    fn offer_if(&mut self, wanted: impl Fn(&[Offer], bool) -> bool) {
        let Some(mut editor) = self.editor.take() else { return };
        editor.offers = self.offers_of(&editor, wanted);
        self.editor = Some(editor);
    }

    fn offers_of(&self, editor: &Editor, wanted: impl Fn(&[Offer], bool) -> bool) -> Option<Offers> {
        let names = editor.field.names();
        let typed: Vec<char> = editor.text().chars().collect();
        let cursor = editor.input.cursor();
        // a text that is selected is not looked for, and all of it is replaced
        let replaced = editor.selection == Selection::All;
        let item = if replaced { 0..typed.len() } else { names::item(&typed, cursor, names.shape())? };
        let part: String = typed.get(item.clone())?.iter().collect();
        let query = if replaced { "" } else { part.trim() };
        let around: Vec<char> = [typed.get(..item.start)?, typed.get(item.end..)?].concat();
        let others = around.into_iter().collect::<String>();
        let known = self.known(names, editor.row, query, &typed, &item);
        let is_other = |offer: &Offer| match names.shape() {
            Shape::List => others.split(',').any(|other| other.trim() == offer.text),
            Shape::Pairs => others.split([',', ' ']).any(|other| other.starts_with(&offer.text)),
            Shape::One | Shape::Words => false,
        };
        let known: Vec<Offer> = known.into_iter().filter(|offer| !is_other(offer)).collect();
        let is_there = known.iter().any(|offer| offer.text == query);
        let all = matching(names, query, known);
        wanted(&all, is_there).then_some(Offers { all, taken: None, typed, cursor, item })
    }

    /// What may stand in an item of a row's field.
    fn known(&self, names: Names, row: Row, query: &str, typed: &[char], item: &Range<usize>) -> Vec<Offer> {
        let plan = self.plan();
        let cluster = row.cluster().and_then(|c| plan.clusters.get(c));
        let offer = |name: &str, about: String| Offer { text: names.typed(name), about };
        let word = |word: &&'static str| offer(word, String::new());
        match names {
            Names::Nothing => Vec::new(),
            Names::Words(words) => words.iter().map(word).collect(),
            Names::SecondWords(words) => {
                let before: String = typed.get(..item.start).unwrap_or_default().iter().collect();
                let in_item = before.rsplit(',').next().unwrap_or_default();
                let is_second = in_item.split_whitespace().count() == 1;
                words.iter().filter(|_| is_second).map(word).collect()
            }
            Names::Subnets => {
                let about = |s: &crate::plan::Subnet| match &s.zone {
                    Some(zone) => format!("{}, zone {}", s.cidr, shown(zone)),
                    None => s.cidr.to_string(),
                };
                plan.subnets.iter().map(|s| offer(&s.name, about(s))).collect()
            }
            Names::Zones => counted(zones(plan, row), names),
            Names::AroundSubnets => {
                counted(plan.subnets.iter().map(|s| vpc_around(s.cidr).to_string()), names)
            }
            Names::Networks => {
                let about = |n: &crate::plan::Network| n.subnet.map_or(String::new(), |net| net.to_string());
                plan.networks.iter().map(|n| offer(&n.name, about(n))).collect()
            }
            Names::Clusters => cluster.into_iter().map(|c| offer(&c.name, String::new())).collect(),
            Names::Groups => {
                let about = |g: &crate::plan::NodeGroup| g.instance_types.join(", ");
                cluster.into_iter().flat_map(|c| &c.node_groups).map(|g| offer(&g.name, about(g))).collect()
            }
            Names::InstanceTypes => {
                self.tables.search(query).into_iter().map(|t| offer(&t.name, about_type(t))).collect()
            }
            Names::FreeRanges => {
                let range =
                    edits::free_range(plan, row, query.split_once('/').and_then(|q| q.1.parse().ok()));
                range.into_iter().map(|range| offer(&range.to_string(), "next free".to_owned())).collect()
            }
            Names::Keys(keys) => pairs(keys, typed, item),
            Names::NodesByZone => self.nodes_by_zone(row, typed, item),
        }
    }

    /// `auto`, or the zones of a group.
    fn nodes_by_zone(&self, row: Row, typed: &[char], item: &Range<usize>) -> Vec<Offer> {
        let Row::NodeGroup(c, g) = row else { return Vec::new() };
        let plan = self.plan();
        let group = plan.clusters.get(c).and_then(|c| c.node_groups.get(g));
        let before = typed.get(..item.start).unwrap_or_default();
        let is_count = !before.is_empty() && !before.contains(&'=');
        if is_count || before.last() == Some(&'=') {
            return Vec::new();
        }
        let mut offers: Vec<Offer> = Vec::new();
        if item.start == 0 {
            offers.push(Offer { text: "auto".into(), about: "as many as the workloads need".into() });
        }
        for s in group.into_iter().flat_map(|g| &g.subnets) {
            let Some(subnet) = plan.subnets.get(*s) else { continue };
            let zone = Names::NodesByZone.typed(subnet.zone.as_ref().unwrap_or(&subnet.name));
            let text = format!("{zone}=");
            if !offers.iter().any(|offer| offer.text == text) {
                offers.push(Offer { text, about: "nodes in this zone".into() });
            }
        }
        offers
    }

    /// Puts another of the offers into the text; past the ends what was typed.
    fn turn_offer(&mut self, by: isize) {
        let Some(offers) = self.editor.as_ref().and_then(|e| e.offers.as_ref()) else { return };
        let all = isize::try_from(offers.all.len()).unwrap_or(isize::MAX - 1);
        // the place before the first is what was typed
        let now = offers.taken.map_or(0, |i| isize::try_from(i).unwrap_or(0).saturating_add(1));
        let then = match by {
            -1 | 1 => now.saturating_add(by).rem_euclid(all.saturating_add(1)),
            by => now.saturating_add(by).clamp(1, all),
        };
        self.take_offer(usize::try_from(then - 1).ok());
    }

    /// Puts one of the offers into the text, or what was typed.
    fn take_offer(&mut self, taken: Option<usize>) {
        let Some(editor) = &mut self.editor else { return };
        let Some(offers) = &mut editor.offers else { return };
        offers.taken = taken.filter(|i| *i < offers.all.len());
        editor.input = offers.text_with(offers.taken);
        editor.selection = Selection::Nothing;
        if offers.all.len() == 1 && offers.taken.is_some() {
            editor.offers = None;
        }
        let waits = editor.text().ends_with('=') && editor.offers.is_none();
        self.preview();
        // a key asks for its value
        if waits {
            self.offer();
        }
    }

    /// Takes one of the offers by a click.
    pub(super) fn click_offer(&mut self, at: usize) {
        self.take_offer(Some(at));
        if let Some(editor) = &mut self.editor {
            editor.offers = None;
        }
    }

    /// The wheel above the offers.
    pub(super) fn wheel_offers(&mut self, by: isize) {
        self.turn_offer(by.signum());
    }

    /// What an action does while something is offered; `false` if it is about the field.
    pub(super) fn act_on_offers(&mut self, action: Action) -> bool {
        const PAGE: isize = 5;
        let Some(editor) = self.editor.as_mut().filter(|editor| editor.offers.is_some()) else {
            return false;
        };
        match action {
            Action::Down => self.turn_offer(1),
            Action::Up => self.turn_offer(-1),
            Action::PageDown => self.turn_offer(PAGE),
            Action::PageUp => self.turn_offer(-PAGE),
            Action::Back => {
                let was_taken = editor.offers.as_ref().is_some_and(|offers| offers.taken.is_some());
                if was_taken {
                    self.take_offer(None);
                }
                if let Some(editor) = &mut self.editor {
                    editor.offers = None;
                }
            }
            _ => return false,
        }
        true
    }
}

/// The offers that go on like what was typed, or are much like it.
fn matching(names: Names, query: &str, known: Vec<Offer>) -> Vec<Offer> {
    // the tables have their own search
    if query.is_empty() || names == Names::InstanceTypes {
        return known;
    }
    let lower = query.to_lowercase();
    let begins = |offer: &Offer| offer.text.to_lowercase().starts_with(&lower);
    match names {
        Names::FreeRanges => {
            let network = query.split_once('/').map_or(query, |(network, _)| network);
            known.into_iter().filter(|offer| offer.text.starts_with(network) && offer.text != query).collect()
        }
        _ if known.iter().any(begins) || !names.are_all() => known.into_iter().filter(begins).collect(),
        _ => {
            let entries = known.iter().map(|offer| Entry { name: &offer.text, ..Entry::default() });
            let entries: Vec<Entry<'_>> = entries.collect();
            let order = suggest::matching(query, &entries);
            order.into_iter().filter_map(|i| known.get(i).cloned()).collect()
        }
    }
}

/// The zones of the other subnets, subnet by subnet.
fn zones(plan: &Plan, row: Row) -> impl Iterator<Item = String> + '_ {
    let others = plan.subnets.iter().enumerate().filter(move |(s, _)| row != Row::Subnet(*s));
    others.filter_map(|(_, subnet)| subnet.zone.clone())
}

/// The largest range that a VPC can have around a subnet.
fn vpc_around(subnet: Ipv4Net) -> Ipv4Net {
    Ipv4Net::new(subnet.addr(), subnet.prefix_len().min(16)).unwrap_or(subnet).trunc()
}

/// What several subnets have in common by first mention, with how many there are.
fn counted(of_subnets: impl Iterator<Item = String>, names: Names) -> Vec<Offer> {
    let mut counted: Vec<(String, u64)> = Vec::new();
    for name in of_subnets {
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += 1,
            None => counted.push((name, 1)),
        }
    }
    let offer = |(name, n): (String, u64)| Offer { text: names.typed(&name), about: count(n, "subnet") };
    counted.into_iter().map(offer).collect()
}

/// Keys, or the words that one takes.
fn pairs(keys: &[(&str, &[&str])], typed: &[char], item: &Range<usize>) -> Vec<Offer> {
    let before: String = typed.get(..item.start).unwrap_or_default().iter().collect();
    let offer = |text: String| Offer { text, about: String::new() };
    match before.strip_suffix('=') {
        Some(before) => {
            let key = before.rsplit([',', ' ']).next().unwrap_or_default();
            let words = keys.iter().find(|(k, _)| *k == key).map_or(&[][..], |(_, words)| *words);
            words.iter().map(|word| offer((*word).to_owned())).collect()
        }
        None => keys.iter().map(|(key, _)| offer(format!("{key}="))).collect(),
    }
}

fn about_type(t: &InstanceType) -> String {
    let vcpus = t.vcpus.map_or(String::new(), |n| format!(", {n} vCPU"));
    format!("{} x {}{vcpus}", count(t.enis.into(), "ENI"), t.ipv4_per_eni)
}

//! Which row or value a path means: [`crate::plan::Place::path`] backwards. Rows are found by their names, so dots in
//! names do no harm; where two rows could be meant it is the one with the longest name, and a name in quotes is
//! nothing but that name.

use crate::plan::field::typed::Fault;
use crate::plan::field::{self, Field, Section, quote};
use crate::plan::read::header;
use crate::plan::{Place, Plan, Row};
use crate::suggest::nearest;
use crate::text::{excerpt, list};

/// The names of a plan's rows, list by list.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    subnets: Vec<String>,
    /// Those of the file.
    networks: Vec<String>,
    clusters: Vec<Cluster>,
}

#[derive(Debug, Clone)]
struct Cluster {
    name: String,
    node_groups: Vec<String>,
    workloads: Vec<String>,
}

/// A list of rows: of the plan, or of a cluster by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Subnets,
    Networks,
    Clusters,
    NodeGroups(usize),
    Workloads(usize),
}

impl List {
    /// The row of the list at an index.
    pub fn row(self, i: usize) -> Row {
        match self {
            List::Subnets => Row::Subnet(i),
            List::Networks => Row::Network(i),
            List::Clusters => Row::Cluster(i),
            List::NodeGroups(c) => Row::NodeGroup(c, i),
            List::Workloads(c) => Row::Workload(c, i),
        }
    }

    /// The list that a row is in, and its index there.
    pub fn of(row: Row) -> Option<(List, usize)> {
        Some(match row {
            Row::Subnet(s) => (List::Subnets, s),
            Row::Network(n) => (List::Networks, n),
            Row::Cluster(c) => (List::Clusters, c),
            Row::NodeGroup(c, g) => (List::NodeGroups(c), g),
            Row::Workload(c, w) => (List::Workloads(c), w),
            Row::Plan | Row::Env(_) => return None,
        })
    }

    /// The list's key in the file.
    fn key(self) -> &'static str {
        match self {
            List::Subnets => "subnet",
            List::Networks => "network",
            List::Clusters => "cluster",
            List::NodeGroups(_) => "node_group",
            List::Workloads(_) => "workload",
        }
    }

    /// What its rows are, in words.
    fn kind(self) -> &'static str {
        match self {
            List::NodeGroups(_) => "node group",
            other => other.key(),
        }
    }
}

/// The value of a plan that a path means, or that its key alone means where one row has it: `WARM_IP_TARGET`.
///
/// # Errors
///
/// No value is meant, or one of several; what was probably meant.
pub fn place_of(plan: &Plan, path: &str) -> Result<Place, String> {
    let outline = Outline::of(plan);
    let said = |fault: Fault| match fault.help {
        Some(help) => format!("{}: {help}", fault.message),
        None => fault.message,
    };
    let fault = match outline.value(path) {
        Ok(place) => return Ok(place),
        Err(fault) => fault,
    };
    let has = |row: &Row| field::field(field::section(*row), path).is_some();
    let rows: Vec<Row> = outline.rows().into_iter().filter(has).collect();
    let one = |row: &Row| Place::key(*row, path);
    let keys = |row: Row| field::fields(field::section(row)).into_iter().map(|f| f.key);
    match rows.as_slice() {
        [] => match nearest(path, outline.rows().into_iter().flat_map(keys)) {
            Some(near) if !path.contains('.') => {
                Err(format!("no row has {}: did you mean {near}?", excerpt(path)))
            }
            _ => Err(said(fault)),
        },
        [row] => Ok(one(row)),
        rows => {
            let paths: Vec<String> = rows.iter().filter_map(|row| outline.path(&one(row))).collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            Err(format!("several rows have {}: write {}", excerpt(path), list(&paths)))
        }
    }
}

/// A row whose name is at the beginning of a path, how long the name is, and what comes after it.
struct Match<'p> {
    row: Row,
    long: usize,
    rest: Option<&'p str>,
}

impl Outline {
    pub fn of(plan: &Plan) -> Outline {
        let names = |c: &crate::plan::Cluster| Cluster {
            name: c.name.to_string(),
            node_groups: c.node_groups.iter().map(|g| g.name.to_string()).collect(),
            workloads: c.workloads.iter().map(|w| w.name.to_string()).collect(),
        };
        Outline {
            subnets: plan.subnets.iter().map(|s| s.name.clone()).collect(),
            networks: plan.networks.iter().filter(|n| !n.implied).map(|n| n.name.clone()).collect(),
            clusters: plan.clusters.iter().map(|c| names(c)).collect(),
        }
    }

    /// Every row.
    fn rows(&self) -> Vec<Row> {
        let of = |list: List| (0..self.names(list).len()).map(move |i| list.row(i)).collect::<Vec<_>>();
        let mut rows = vec![Row::Plan];
        rows.extend([List::Subnets, List::Networks, List::Clusters].into_iter().flat_map(of));
        for c in 0..self.clusters.len() {
            rows.push(Row::Env(c));
            rows.extend([List::NodeGroups(c), List::Workloads(c)].into_iter().flat_map(of));
        }
        rows
    }

    /// The names of a list's rows.
    pub fn names(&self, list: List) -> Vec<&str> {
        fn strs(names: &[String]) -> Vec<&str> {
            names.iter().map(String::as_str).collect()
        }
        match list {
            List::Subnets => strs(&self.subnets),
            List::Networks => strs(&self.networks),
            List::Clusters => self.clusters.iter().map(|c| c.name.as_str()).collect(),
            List::NodeGroups(c) => self.clusters.get(c).map_or(Vec::new(), |c| strs(&c.node_groups)),
            List::Workloads(c) => self.clusters.get(c).map_or(Vec::new(), |c| strs(&c.workloads)),
        }
    }

    /// A row goes.
    pub fn remove(&mut self, row: Row) {
        let Some((list, i)) = List::of(row) else { return };
        if i >= self.names(list).len() {
            return;
        }
        match list {
            List::Subnets => drop(self.subnets.remove(i)),
            List::Networks => drop(self.networks.remove(i)),
            List::Clusters => drop(self.clusters.remove(i)),
            List::NodeGroups(c) => {
                self.clusters.get_mut(c).map(|c| c.node_groups.remove(i));
            }
            List::Workloads(c) => {
                self.clusters.get_mut(c).map(|c| c.workloads.remove(i));
            }
        }
    }

    /// A row gets another name.
    pub fn rename(&mut self, row: Row, new: &str) {
        let name = match row {
            Row::Subnet(s) => self.subnets.get_mut(s),
            Row::Network(n) => self.networks.get_mut(n),
            Row::Cluster(c) => self.clusters.get_mut(c).map(|c| &mut c.name),
            Row::NodeGroup(c, g) => self.clusters.get_mut(c).and_then(|c| c.node_groups.get_mut(g)),
            Row::Workload(c, w) => self.clusters.get_mut(c).and_then(|c| c.workloads.get_mut(w)),
            Row::Plan | Row::Env(_) => None,
        };
        if let Some(name) = name {
            new.clone_into(name);
        }
    }

    /// A row comes to the end of a list.
    pub fn push(&mut self, list: List, name: String) {
        match list {
            List::Subnets => self.subnets.push(name),
            List::Networks => self.networks.push(name),
            List::Clusters => {
                self.clusters.push(Cluster { name, node_groups: Vec::new(), workloads: Vec::new() });
            }
            List::NodeGroups(c) => self.clusters.iter_mut().skip(c).take(1).for_each(|x| {
                x.node_groups.push(name.clone());
            }),
            List::Workloads(c) => self.clusters.iter_mut().skip(c).take(1).for_each(|x| {
                x.workloads.push(name.clone());
            }),
        }
    }

    /// The row that a path means.
    pub fn row(&self, path: &str) -> Result<Row, Fault> {
        let whole = self.matches(path).into_iter().filter(|m| m.rest.is_none());
        match whole.max_by_key(|m| m.long) {
            Some(found) => Ok(found.row),
            None if self.value(path).is_ok() => {
                Err(Fault::new(format!("{} is a value", excerpt(path)))
                    .help("only rows are removed: unset it"))
            }
            None => Err(self.unknown(path, false)),
        }
    }

    /// The key of a row that a path means.
    pub fn value(&self, path: &str) -> Result<Place, Fault> {
        if let Some(field) = field::field(Section::Plan, path).filter(|f| f.key != "format") {
            return Ok(Place::key(Row::Plan, field.key));
        }
        let place = |m: Match<'_>| {
            let rest = m.rest?;
            let (row, key) = match (m.row, rest.strip_prefix("env.")) {
                (Row::Cluster(c), Some(variable)) => (Row::Env(c), variable),
                (row, _) => (row, rest),
            };
            let field = field::field(field::section(row), key)?;
            Some((m.long, Place::key(row, field.key)))
        };
        let found = self.matches(path).into_iter().filter_map(place).max_by_key(|(long, _)| *long);
        found.map(|(_, place)| place).ok_or_else(|| self.unknown(path, true))
    }

    /// The list that a path means.
    pub fn list(&self, path: &str) -> Result<List, Fault> {
        match path {
            "subnet" => return Ok(List::Subnets),
            "network" => return Ok(List::Networks),
            "cluster" => return Ok(List::Clusters),
            _ => {}
        }
        let list = |m: Match<'_>| match (m.row, m.rest) {
            (Row::Cluster(c), Some("node_group")) => Some((m.long, List::NodeGroups(c))),
            (Row::Cluster(c), Some("workload")) => Some((m.long, List::Workloads(c))),
            _ => None,
        };
        let found = self.matches(path).into_iter().filter_map(list).max_by_key(|(long, _)| *long);
        found.map(|(_, list)| list).ok_or_else(|| self.unknown(path, true))
    }

    /// The path of a row or one of its keys; as short as it is unambiguous. `None`: no path means just that.
    pub fn path(&self, place: &Place) -> Option<String> {
        [false, true].into_iter().find_map(|quoted| {
            let path = self.spelt(place, quoted)?;
            let means = match place.key.is_empty() {
                true => self.row(&path).ok().map(Place::row),
                false => self.value(&path).ok(),
            };
            (means.as_ref() == Some(place)).then_some(path)
        })
    }

    /// The path of a list.
    pub fn path_of(&self, list: List) -> Option<String> {
        let (List::NodeGroups(c) | List::Workloads(c)) = list else { return Some(list.key().to_owned()) };
        [false, true].into_iter().find_map(|quoted| {
            let path = format!("{}.{}", self.spelt(&Place::row(Row::Cluster(c)), quoted)?, list.key());
            (self.list(&path).ok() == Some(list)).then_some(path)
        })
    }

    fn spelt(&self, place: &Place, quoted: bool) -> Option<String> {
        let name = |list: List, i: usize| {
            let name = *self.names(list).get(i)?;
            Some(if quoted { quote(name) } else { name.to_owned() })
        };
        let row = match place.row {
            Row::Plan => return Some(place.key.clone()),
            Row::Env(c) => format!("cluster.{}.env", name(List::Clusters, c)?),
            Row::NodeGroup(c, _) | Row::Workload(c, _) => {
                let (list, i) = List::of(place.row)?;
                format!("cluster.{}.{}.{}", name(List::Clusters, c)?, list.key(), name(list, i)?)
            }
            Row::Subnet(_) | Row::Network(_) | Row::Cluster(_) => {
                let (list, i) = List::of(place.row)?;
                format!("{}.{}", list.key(), name(list, i)?)
            }
        };
        Some(if place.key.is_empty() { row } else { format!("{row}.{}", place.key) })
    }

    /// Every row whose name a path can begin with.
    fn matches<'p>(&self, path: &'p str) -> Vec<Match<'p>> {
        let mut all = Vec::new();
        for list in [List::Subnets, List::Networks, List::Clusters] {
            let Some(rest) = path.strip_prefix(list.key()).and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            for found in self.within(list, rest) {
                if let (Row::Cluster(c), Some(rest)) = (found.row, found.rest) {
                    for inner in [List::NodeGroups(c), List::Workloads(c)] {
                        let rest = rest.strip_prefix(inner.key()).and_then(|rest| rest.strip_prefix('.'));
                        let of_cluster = rest.map_or(Vec::new(), |rest| self.within(inner, rest));
                        let longer = |m: Match<'p>| Match { long: m.long + found.long, ..m };
                        all.extend(of_cluster.into_iter().map(longer));
                    }
                }
                all.push(found);
            }
        }
        all
    }

    /// The rows of a list whose names a text begins with.
    fn within<'p>(&self, list: List, text: &'p str) -> Vec<Match<'p>> {
        let mut found = Vec::new();
        for (i, name) in self.names(list).into_iter().enumerate() {
            let quoted = text.starts_with('"').then(|| quote(name));
            for spelt in std::iter::once(name).chain(quoted.as_deref()) {
                let Some(rest) = text.strip_prefix(spelt) else { continue };
                let key = rest.strip_prefix('.');
                if rest.is_empty() || key.is_some() {
                    found.push(Match { row: list.row(i), long: spelt.len(), rest: key });
                }
            }
        }
        found
    }

    /// What is wrong with a path that means nothing, and what was probably meant.
    fn unknown(&self, path: &str, key: bool) -> Fault {
        let named = self.matches(path).into_iter().max_by_key(|m| m.long);
        let (list, rest) = match named {
            Some(Match { rest: None, .. }) => {
                let what = format!("{} is a row", excerpt(path));
                return Fault::new(what).help("add the key that is meant, after a dot");
            }
            Some(Match { row: Row::Cluster(c), rest: Some(rest), .. }) => {
                let inner = [List::NodeGroups(c), List::Workloads(c)].into_iter();
                let mut inner =
                    inner.filter_map(|list| Some((list, rest.strip_prefix(list.key())?.strip_prefix('.')?)));
                match inner.next() {
                    Some(inner) => inner,
                    None => return no_key(Row::Cluster(c), rest),
                }
            }
            Some(Match { row, rest: Some(rest), .. }) => return no_key(row, rest),
            None => {
                let lists = [List::Subnets, List::Networks, List::Clusters].into_iter();
                let mut list =
                    lists.filter_map(|list| Some((list, path.strip_prefix(list.key())?.strip_prefix('.')?)));
                match list.next() {
                    Some(list) => list,
                    None => return no_word(path),
                }
            }
        };
        // the last part is the key, if a key is meant
        let name = if key { rest.rsplit_once('.').map_or(rest, |(name, _)| name) } else { rest };
        let name = name.strip_suffix(".env").filter(|_| list == List::Clusters).unwrap_or(name);
        let name = name.split_once(".node_group.").map_or(name, |(name, _)| name);
        let name = name.split_once(".workload.").map_or(name, |(name, _)| name);
        let names = self.names(list);
        let help = match (nearest(name, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => format!("did you mean {}?", excerpt(near)),
            (None, []) => format!("there is no {} at all", list.kind()),
            (None, names) => format!("there are {}", self::list(names)),
        };
        Fault::new(format!("no {} is called {}", list.kind(), excerpt(name))).help(help)
    }
}

/// A path that begins with no list, and is no key of the plan.
pub(super) fn no_word(path: &str) -> Fault {
    let word = path.split('.').next().unwrap_or_default();
    let keys = field::fields(Section::Plan).into_iter().map(|f| f.key).filter(|key| *key != "format");
    let known: Vec<&str> = ["subnet", "network", "cluster"].into_iter().chain(keys).collect();
    let help = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => {
            "write subnet.NAME.KEY, cluster.NAME.env.VARIABLE or cluster.NAME.node_group.NAME.KEY".to_owned()
        }
    };
    Fault::new(format!("{} is no place of a plan", excerpt(path))).help(help)
}

/// A key that a row does not have.
fn no_key(row: Row, key: &str) -> Fault {
    let (row, key) = match (row, key.strip_prefix("env.")) {
        (Row::Cluster(c), Some(variable)) => (Row::Env(c), variable),
        _ => (row, key),
    };
    let section = field::section(row);
    let fields = field::fields(section);
    let help = match nearest(key, fields.iter().map(|f| f.key)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("its keys are {}", fields.iter().map(|f| f.key).collect::<Vec<_>>().join(", ")),
    };
    Fault::new(format!("{} is no key of {}", excerpt(key), header(section))).help(help)
}

/// The fields that the key at the end of a path can be, whatever rows there are.
///
/// # Errors
///
/// There is none.
pub(super) fn fields(path: &str) -> Result<Vec<&'static Field>, Fault> {
    let sections: &[Section] = match path.split_once('.').map(|(word, _)| word) {
        None => &[Section::Plan],
        Some("subnet") => &[Section::Subnet],
        Some("network") => &[Section::Network],
        Some("cluster") => &[Section::Cluster, Section::Env, Section::NodeGroup, Section::Workload],
        Some(_) => &[],
    };
    let key = path.rsplit('.').next().unwrap_or_default();
    let of_env = |s: &Section| (*s == Section::Env) == path.contains(".env.");
    let known =
        |s: &Section| field::field(*s, key).filter(|f| (f.section, f.key) != (Section::Plan, "format"));
    let found: Vec<&Field> = sections.iter().filter(|s| of_env(s)).filter_map(known).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if sections.is_empty() || sections == [Section::Plan] || key.is_empty() {
        return Err(no_word(path));
    }
    let keys = sections.iter().filter(|s| of_env(s)).flat_map(|s| field::fields(*s)).map(|f| f.key);
    let help = match nearest(key, keys) {
        Some(near) => format!("did you mean {near}?"),
        None => "a path ends with a key of the plan file".to_owned(),
    };
    Err(Fault::new(format!("{} ends with no key that there is", excerpt(path))).help(help))
}

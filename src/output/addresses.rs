//! Maps of pools: `podroom addresses`.

use serde::Serialize;

use super::json::Rows;
use super::table::Table;
use super::{Format, Paper, csv, json, markdown, text};
use crate::engine::PoolRow;
use crate::engine::map::Run;
use crate::text::shown;

/// A pool and its addresses.
#[derive(Debug)]
pub struct Map<'a> {
    pub pool: &'a PoolRow,
    pub runs: Vec<Run>,
}

/// One run of a pool.
pub struct RunOf<'a> {
    pub pool: &'a PoolRow,
    pub run: &'a Run,
}

/// Maps as they are asked for.
///
/// # Errors
///
/// None that a map can cause: JSON is the only format that could refuse a value, and a map has no such.
pub fn print(maps: &[Map], format: Format, paper: Paper) -> Result<String, serde_json::Error> {
    let table = |map: &Map| {
        let title = format!("{} {}", shown(&map.pool.name), map.pool.cidr);
        Table::of(title, RunOf::COLUMNS, map.runs.iter().map(|run| RunOf { pool: map.pool, run }))
    };
    let tables = maps.iter().map(table);
    let joined = |parts: Vec<String>| parts.join("\n");
    Ok(match format {
        Format::Table => joined(tables.map(|t| text::write(&t, paper)).collect()),
        Format::Markdown => joined(tables.map(|t| markdown::write(&t)).collect()),
        Format::Csv => {
            let all = maps.iter().flat_map(|m| m.runs.iter().map(|run| RunOf { pool: m.pool, run }));
            csv::write(&Table::of("addresses", RunOf::COLUMNS, all))
        }
        Format::Json => {
            let tables: Vec<Table> = tables.collect();
            let pools: Vec<Object> = maps.iter().zip(&tables).map(|(m, t)| Object::new(m.pool, t)).collect();
            return json::write(&pools);
        }
    })
}

#[derive(Serialize)]
struct Object<'a> {
    pool: &'a str,
    kind: &'static str,
    cidr: &'a str,
    runs: Rows<'a>,
}

impl<'a> Object<'a> {
    fn new(pool: &'a PoolRow, table: &'a Table) -> Object<'a> {
        Object { pool: &pool.name, kind: pool.kind.name(), cidr: &pool.cidr, runs: Rows(table) }
    }
}

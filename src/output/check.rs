//! What a policy asks of a plan, and what does not hold: for people, scripts and CI.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::json;
use crate::engine::policy::{Case, Violation, months};
use crate::plan::policy::Checked;
use crate::plan::{Plan, Policy};
use crate::text::shown;

/// How checks are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A line for each violation; nothing when there is none.
    Text,
    /// One JSON document: the policy, and the violations with their places and reasons.
    Json,
    /// Annotations of GitHub Actions, shown in the file at the line: one for each violation.
    Github,
    /// JUnit XML, which most CI systems read: everything that was looked at is a test.
    Junit,
}

/// A plan that was checked.
pub struct Check<'a> {
    pub plan: &'a Plan,
    pub policy: &'a Policy,
    /// The plan's file as the user gave it; `None` where it is in none.
    pub file: Option<&'a str>,
    /// Line and column of each case, from 1.
    pub at: Vec<Option<(usize, usize)>>,
    pub cases: &'a [Case],
}

impl Check<'_> {
    /// Whether something is violated.
    pub fn is_violated(&self) -> bool {
        self.cases.iter().any(|case| case.violation.is_some())
    }

    /// The checks as they are asked for.
    ///
    /// # Errors
    ///
    /// None that a check can cause: JSON is the only format that could refuse a value.
    pub fn print(&self, form: Form) -> Result<String, serde_json::Error> {
        Ok(match form {
            Form::Text => self.violations().map(|found| format!("{}\n", found.line())).collect(),
            Form::Github => self.violations().map(|found| self.annotation(&found)).collect(),
            Form::Json => return self.json(),
            Form::Junit => self.junit(),
        })
    }

    /// Why months that were asked for were not looked at, where they were not.
    pub fn not_checked(&self) -> Option<String> {
        let (asked, last) = (self.policy.months, months(self.plan, self.policy));
        (last < asked).then(|| {
            format!(
                "only month {last} is checked, not every one up to {asked}: nothing in the plan grows; write [growth]"
            )
        })
    }

    fn violations(&self) -> impl Iterator<Item = Found<'_>> {
        self.cases.iter().zip(&self.at).filter_map(|(case, at)| {
            let violation = case.violation.as_ref()?;
            Some(Found { case, violation, at: *at })
        })
    }

    fn json(&self) -> Result<String, serde_json::Error> {
        let violation = |found: Found<'_>| Line {
            situation: found.case.situation.map(Checked::name),
            month: found.violation.month,
            what: found.case.what.clone(),
            at: found.case.place.path(self.plan),
            line: found.at.map(|(line, _)| line),
            column: found.at.map(|(_, column)| column),
            message: found.violation.message.clone(),
            why: found.violation.why.clone(),
        };
        json::write(&Document {
            format: 1,
            plan: &self.plan.name,
            policy: Asked {
                min_free: self.policy.min_free.to_string(),
                situations: self.policy.situations.iter().map(|s| s.name()).collect(),
                months: self.policy.months,
                findings: self.policy.findings.name(),
            },
            checked: self.cases.len(),
            last_month: months(self.plan, self.policy),
            not_checked: self.not_checked(),
            violations: self.violations().map(violation).collect(),
        })
    }

    /// Source: GitHub Actions, "Workflow commands", the error command.
    fn annotation(&self, found: &Found<'_>) -> String {
        let mut place = String::new();
        if let Some(file) = self.file {
            let _ = write!(place, "file={},", property(file));
        }
        if let Some((line, column)) = found.at {
            let _ = write!(place, "line={line},col={column},");
        }
        let title = property(&format!("podroom: {}", found.subject()));
        let why = match found.violation.why.as_str() {
            "" => String::new(),
            why => format!("\n{why}"),
        };
        format!("::error {place}title={title}::{}\n", data(&format!("{}{why}", found.violation.message)))
    }

    /// Source: the JUnit XML that Jenkins' and GitLab's readers describe; one suite for each situation.
    fn junit(&self) -> String {
        let violated = |case: &&Case| case.violation.is_some();
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let (all, bad) = (self.cases.len(), self.cases.iter().filter(violated).count());
        let name = attribute(&format!("podroom check {}", self.plan.name));
        let _ = writeln!(out, "<testsuites name=\"{name}\" tests=\"{all}\" failures=\"{bad}\">");
        for situation in Checked::ALL.map(Some).into_iter().chain([None]) {
            let here = || self.cases.iter().zip(&self.at).filter(|(case, _)| case.situation == situation);
            let (all, bad) = (here().count(), here().filter(|(case, _)| case.violation.is_some()).count());
            if all == 0 {
                continue;
            }
            let name = situation.map_or("findings", Checked::name);
            let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{bad}\">");
            for (case, at) in here() {
                let file = self.file.map_or(String::new(), |file| format!(" file=\"{}\"", attribute(file)));
                let line = at.map_or(String::new(), |(line, _)| format!(" line=\"{line}\""));
                let test = attribute(&case.what);
                let _ = write!(out, "    <testcase classname=\"{name}\" name=\"{test}\"{file}{line}");
                let Some(violation) = &case.violation else {
                    out.push_str("/>\n");
                    continue;
                };
                let message = attribute(&format!("{}{}", month(violation), violation.message));
                let why = attribute(&violation.why);
                let _ =
                    write!(out, ">\n      <failure message=\"{message}\" type=\"policy\">{why}</failure>\n");
                out.push_str("    </testcase>\n");
            }
            out.push_str("  </testsuite>\n");
        }
        out.push_str("</testsuites>\n");
        out
    }
}

/// A violation and where it is.
struct Found<'a> {
    case: &'a Case,
    violation: &'a Violation,
    at: Option<(usize, usize)>,
}

impl Found<'_> {
    /// `settled: pool private-a`, `settled in month 7: pool private-a`, `warning churned-short at subnet.private-a`.
    fn subject(&self) -> String {
        let Some(situation) = self.case.situation else { return self.case.what.clone() };
        let month = match self.violation.month {
            0 => String::new(),
            month => format!(" in month {month}"),
        };
        format!("{}{month}: {}", situation.name(), self.case.what)
    }

    fn line(&self) -> String {
        shown(&format!("{}: {}", self.subject(), self.violation.message))
    }
}

fn month(violation: &Violation) -> String {
    match violation.month {
        0 => String::new(),
        month => format!("in month {month}: "),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: &'a str,
    policy: Asked,
    /// How much was looked at.
    checked: usize,
    /// The last month that was looked at.
    last_month: u32,
    /// Why that is not the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_checked: Option<String>,
    violations: Vec<Line>,
}

/// The policy in force, written as plans write it.
#[derive(Serialize)]
struct Asked {
    min_free: String,
    situations: Vec<&'static str>,
    months: u32,
    findings: &'static str,
}

#[derive(Serialize)]
struct Line {
    /// `None`: a finding.
    situation: Option<&'static str>,
    month: u32,
    what: String,
    at: String,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    why: String,
}

/// Text of a workflow command.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| shown(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in XML, in an attribute or between tags. What XML 1.0 cannot carry is shown escaped.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_ends_a_command_or_a_tag() {
        assert_eq!(data("50% of a: b, c\nwhy"), "50%25 of a: b, c%0Awhy");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
        assert_eq!(attribute("<a href=\"&\">\u{1b}"), "&lt;a href=&quot;&amp;&quot;&gt;\\u{1b}");
    }
}

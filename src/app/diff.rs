//! What two texts differ in, by lines, for a reader: what is gone, what is new, and a little of what is around.

/// Unchanged lines that are shown before and after a change.
const AROUND: usize = 2;
/// Most pairs of lines that are compared; beyond that what differs is shown as exchanged as a whole.
const PAIRS: usize = 4_000_000;

/// A line of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub sign: Sign,
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Same,
    Gone,
    New,
    /// So many lines that are the same are left out; the text says so.
    Skipped,
}

/// What `new` has in place of `old`; nothing if they are the same.
pub fn lines(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    shortened(&all(&old, &new))
}

/// Every line, with its sign.
fn all<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Sign, &'a str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let same = |line: &&'a str| (Sign::Same, *line);
    let mut out: Vec<(Sign, &str)> = old[..head].iter().map(same).collect();
    out.extend(middle(a, b));
    out.extend(old_rest[old_rest.len() - tail..].iter().map(same));
    out
}

/// The part between the first line that differs and the last: what both have in the same order stays, as
/// much of it as possible (longest common subsequence, by the usual table).
fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Sign, &'a str)> {
    let gone = a.iter().map(|line| (Sign::Gone, *line));
    if a.len().saturating_mul(b.len()) > PAIRS {
        return gone.chain(b.iter().map(|line| (Sign::New, *line))).collect();
    }
    // common[i][j]: of a from i on and b from j on
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let at = i * width + j;
            common[at] = if a[i] == b[j] {
                common[at + width + 1] + 1
            } else {
                common[at + width].max(common[at + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::with_capacity(a.len() + b.len());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            out.push((Sign::Same, a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            out.push((Sign::Gone, a[i]));
            i += 1;
        } else {
            out.push((Sign::New, b[j]));
            j += 1;
        }
    }
    out
}

/// Leaves out what is far from any change.
fn shortened(all: &[(Sign, &str)]) -> Vec<Line> {
    let changed = |i: &usize| all.get(*i).is_some_and(|(sign, _)| *sign != Sign::Same);
    let near = |i: usize| (i.saturating_sub(AROUND)..=i + AROUND).any(|i| changed(&i));
    let mut out = Vec::new();
    let mut skipped = 0;
    for (i, (sign, text)) in all.iter().enumerate() {
        if !near(i) {
            skipped += 1;
            continue;
        }
        if skipped > 0 {
            out.push(skip(skipped));
            skipped = 0;
        }
        out.push(Line { sign: *sign, text: (*text).to_owned() });
    }
    if skipped > 0 && !out.is_empty() {
        out.push(skip(skipped));
    }
    out
}

fn skip(lines: usize) -> Line {
    Line { sign: Sign::Skipped, text: crate::text::count(lines as u64, "line") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(lines: &[Line]) -> String {
        let sign = |sign| match sign {
            Sign::Same => ' ',
            Sign::Gone => '-',
            Sign::New => '+',
            Sign::Skipped => '@',
        };
        lines.iter().map(|l| format!("{}{}\n", sign(l.sign), l.text)).collect()
    }

    #[test]
    fn changes_are_shown_with_what_is_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(text(&lines(old, old)), "");
        assert_eq!(
            text(&lines(old, &old.replace('5', "five"))),
            "@2 lines\n 3\n 4\n-5\n+five\n 6\n 7\n@2 lines\n"
        );
        assert_eq!(text(&lines("a\nb\n", "a\nx\nb\n")), " a\n+x\n b\n");
        assert_eq!(text(&lines("", "a\n")), "+a\n");
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_all_lines(old in "[abc\n]{0,40}", new in "[abc\n]{0,40}") {
            let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
            let all = all(&a, &b);
            let side = |without: Sign| -> Vec<&str> {
                all.iter().filter(|(sign, _)| *sign != without).map(|(_, line)| *line).collect()
            };
            prop_assert_eq!(side(Sign::New), a);
            prop_assert_eq!(side(Sign::Gone), b);
            // nothing is both gone and new in one stretch of changes
            for stretch in all.split(|(sign, _)| *sign == Sign::Same) {
                let of = |s: Sign| stretch.iter().filter(move |(sign, _)| *sign == s).map(|(_, line)| line);
                prop_assert!(of(Sign::Gone).all(|line| of(Sign::New).all(|other| other != line)));
            }
        }
    }
}

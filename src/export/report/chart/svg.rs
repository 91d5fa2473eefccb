//! SVG, piece by piece. Looks are classes of the page's style sheet, patterns are the page's, too ([`PATTERNS`]).

use std::fmt::Write as _;

use crate::output::html::escape;

/// Every chart is as wide, in its own units.
pub const WIDE: f64 = 720.0;

/// A picture that is being drawn.
#[derive(Default)]
pub struct Svg {
    body: String,
}

/// Which part of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (wide, high): (f64, f64)) {
        let (x, y, wide, high) = (short(x), short(y), short(wide), short(high));
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\"/>"
        );
    }

    pub fn line(&mut self, class: &str, (x, y): (f64, f64), (to_x, to_y): (f64, f64)) {
        let (x, y, to_x, to_y) = (short(x), short(y), short(to_x), short(to_y));
        let _ = writeln!(
            self.body,
            "<line class=\"{class}\" x1=\"{x}\" y1=\"{y}\" x2=\"{to_x}\" y2=\"{to_y}\"/>"
        );
    }

    pub fn path(&mut self, class: &str, path: &Path) {
        if !path.0.is_empty() {
            let _ = writeln!(self.body, "<path class=\"{class}\" d=\"{}\"/>", path.0);
        }
    }

    pub fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        let class = match (anchor, class) {
            (Anchor::Start, "") => String::new(),
            (Anchor::Start, class) => format!(" class=\"{class}\""),
            (Anchor::Middle, class) => format!(" class=\"{}\"", format!("mid {class}").trim_end()),
            (Anchor::End, class) => format!(" class=\"{}\"", format!("end {class}").trim_end()),
        };
        let _ =
            writeln!(self.body, "<text{class} x=\"{}\" y=\"{}\">{}</text>", short(x), short(y), escape(text));
    }

    /// The picture; `id` is of podroom and of no other picture.
    pub fn finish(self, id: &str, title: &str, about: &str, high: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
             viewBox=\"0 0 {} {}\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n{}</svg>\n",
            short(WIDE),
            short(high),
            escape(title),
            escape(about),
            self.body
        )
    }
}

/// Where a line goes.
#[derive(Debug, Default, Clone)]
pub struct Path(String);

impl Path {
    pub fn to(&mut self, (x, y): (f64, f64)) {
        let step = if self.0.is_empty() { 'M' } else { 'L' };
        let _ = write!(self.0, "{step}{} {}", short(x), short(y));
    }

    /// Goes on elsewhere.
    pub fn jump(&mut self, (x, y): (f64, f64)) {
        let _ = write!(self.0, "M{} {}", short(x), short(y));
    }

    pub fn across(&mut self, x: f64) {
        let _ = write!(self.0, "H{}", short(x));
    }

    pub fn up(&mut self, y: f64) {
        let _ = write!(self.0, "V{}", short(y));
    }

    pub fn close(&mut self) {
        self.0.push('Z');
    }

    pub fn rect(&mut self, at: (f64, f64), (wide, high): (f64, f64)) {
        self.jump(at);
        self.across(at.0 + wide);
        self.up(at.1 + high);
        self.across(at.0);
        self.close();
    }
}

/// A length with at most one decimal.
fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A number of addresses, pods or months as a length.
pub fn length(n: u64) -> f64 {
    n as f64
}

/// The patterns of uses, so that no area says by colour alone what it is. Colours are variables of the style sheet.
pub const PATTERNS: &str = "\
<svg class=\"defs\" aria-hidden=\"true\" width=\"0\" height=\"0\"><defs>
<pattern id=\"f-reserved\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-reserved\" d=\"M0 0H6V6H0Z\"/><path class=\"g-reserved\" d=\"M0 0L6 6M6 0L0 6\"/></pattern>
<pattern id=\"f-other\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-other\" d=\"M0 0H6V6H0Z\"/><path class=\"d-other\" d=\"M1 1H3V3H1ZM4 4H6V6H4Z\"/></pattern>
<pattern id=\"f-unused\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-unused\" d=\"M0 0H6V6H0Z\"/><path class=\"g-unused\" d=\"M-1 1L1 -1M0 6L6 0M5 7L7 5\"/></pattern>
<pattern id=\"f-twice\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-twice\" d=\"M0 0H6V6H0Z\"/><path class=\"g-twice\" d=\"M0 3H6M3 0V6\"/></pattern>
<pattern id=\"f-mixed\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-mixed\" d=\"M0 0H6V6H0Z\"/><path class=\"g-mixed\" d=\"M0 1.5H6M0 4.5H6\"/></pattern>
<pattern id=\"f-short\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path class=\"k-short\" d=\"M0 0H6V6H0Z\"/><path class=\"g-short\" d=\"M-1 5L1 7M0 0L6 6M5 -1L7 1\"/></pattern>
</defs></svg>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_xml_whatever_its_texts_are() {
        let mut svg = Svg::default();
        svg.rect("a", (1.0, 2.25), (3.0, 4.0));
        svg.text("b", Anchor::End, (5.0, 6.0), "<a & \"b\">\u{1b}");
        let mut path = Path::default();
        path.to((0.0, 0.0));
        path.to((1.55, 2.0));
        svg.path("c", &path);
        svg.path("c", &Path::default());
        let text = svg.finish("x", "<t>", "d & e", 7.0);
        assert_eq!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"x-t x-d\" viewBox=\"0 0 720 7\">\n\
             <title id=\"x-t\">&lt;t&gt;</title>\n<desc id=\"x-d\">d &amp; e</desc>\n\
             <rect class=\"a\" x=\"1\" y=\"2.2\" width=\"3\" height=\"4\"/>\n\
             <text class=\"end b\" x=\"5\" y=\"6\">&lt;a &amp; &quot;b&quot;&gt;\\u{1b}</text>\n\
             <path class=\"c\" d=\"M0 0L1.6 2\"/>\n</svg>\n"
        );
    }
}

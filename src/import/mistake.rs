//! What is wrong with an input, and where.

use std::ops::Range;

/// One mistake in an input. The message is lower case, names the value and says what is allowed; `help` says
/// what to do, or what to run instead. Foreign text in it is made visible when it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text.
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Mistake {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake { span, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }
}

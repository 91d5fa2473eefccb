//! Bytes as a series of choices.

/// What is left of an input. At its end everything is 0 and empty.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// One of some; `None` of none.
    pub fn one<T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        some.get(usize::from(self.byte()).checked_rem(some.len())?)
    }

    /// A number of some.
    pub fn below(&mut self, top: usize) -> usize {
        usize::from(self.byte()).checked_rem(top).unwrap_or(0)
    }

    /// A line, without its end.
    pub fn line(&mut self) -> String {
        let end = self.0.iter().position(|b| *b == b'\n').unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }
}

//! What most forms are made of: maps, lists, texts, with comments between the entries. YAML, JSON and HCL are ways to
//! write it.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// Foreign or our own: each writer escapes it.
    Text(String),
    Number(u64),
    Flag(bool),
    /// An expression of HCL, our own text.
    Code(String),
    List(Vec<Data>),
    Map(Map),
}

/// Entries in their order, and comments between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Map(pub Vec<Line>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Entry(String, Data),
    /// About what follows, or about what cannot be said.
    Comment(String),
}

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    pub fn with(mut self, key: impl Into<String>, value: impl Into<Data>) -> Map {
        self.0.push(Line::Entry(key.into(), value.into()));
        self
    }

    /// Nothing where there is no value.
    pub fn maybe(self, key: &str, value: Option<impl Into<Data>>) -> Map {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub fn comment(mut self, text: impl Into<String>) -> Map {
        self.0.push(Line::Comment(text.into()));
        self
    }

    pub fn comments(mut self, texts: impl IntoIterator<Item = String>) -> Map {
        self.0.extend(texts.into_iter().map(Line::Comment));
        self
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Data {
        Data::Text(text.to_owned())
    }
}

impl From<&String> for Data {
    fn from(text: &String) -> Data {
        Data::Text(text.clone())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Data {
        Data::Text(text)
    }
}

impl From<u64> for Data {
    fn from(number: u64) -> Data {
        Data::Number(number)
    }
}

impl From<u32> for Data {
    fn from(number: u32) -> Data {
        Data::Number(number.into())
    }
}

impl From<bool> for Data {
    fn from(flag: bool) -> Data {
        Data::Flag(flag)
    }
}

impl From<Map> for Data {
    fn from(map: Map) -> Data {
        Data::Map(map)
    }
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    fn from(list: Vec<T>) -> Data {
        Data::List(list.into_iter().map(Into::into).collect())
    }
}

//! A writer that can only produce the deterministic encoding, as long as keys are given in order.

use super::float::{self, Width};
use crate::value::Float;

/// Appends CBOR items.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
}

/// A map whose number of fields is filled in at its end.
#[must_use]
#[derive(Debug)]
pub(crate) struct OpenMap {
    start: usize,
    fields: u8,
    last: Option<u64>,
}

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    fn head(&mut self, major: u8, n: u64) {
        let major = major << 5;
        let bytes = n.to_be_bytes();
        match n {
            0..24 => self.out.push(major | bytes[7]),
            24..0x100 => self.out.extend_from_slice(&[major | 24, bytes[7]]),
            0x100..0x1_0000 => {
                self.out.push(major | 25);
                self.out.extend_from_slice(&bytes[6..]);
            }
            0x1_0000..0x1_0000_0000 => {
                self.out.push(major | 26);
                self.out.extend_from_slice(&bytes[4..]);
            }
            _ => {
                self.out.push(major | 27);
                self.out.extend_from_slice(&bytes);
            }
        }
    }

    pub(crate) fn uint(&mut self, n: u64) {
        self.head(0, n);
    }

    pub(crate) fn u32(&mut self, n: u32) {
        self.head(0, u64::from(n));
    }

    pub(crate) fn int(&mut self, n: i64) {
        if n < 0 {
            // -1 - n, which is the bits of n turned around.
            self.head(1, (!n).cast_unsigned());
        } else {
            self.head(0, n.cast_unsigned());
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.head(2, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.head(3, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn array(&mut self, length: usize) {
        self.head(4, length as u64);
    }

    /// A map whose number of fields is known; the keys follow by [`Writer::int`].
    pub(crate) fn map(&mut self, length: usize) {
        self.head(5, length as u64);
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.out.push(if value { 0xf5 } else { 0xf4 });
    }

    /// A floating-point number in the shortest of the three widths that holds it.
    pub(crate) fn float(&mut self, number: Float) {
        match float::shortest(number) {
            Width::Half(bits) => {
                self.out.push(0xf9);
                self.out.extend_from_slice(&bits.to_be_bytes());
            }
            Width::Single(bits) => {
                self.out.push(0xfa);
                self.out.extend_from_slice(&bits.to_be_bytes());
            }
            Width::Double(bits) => {
                self.out.push(0xfb);
                self.out.extend_from_slice(&bits.to_be_bytes());
            }
        }
    }

    pub(crate) fn null(&mut self) {
        self.out.push(0xf6);
    }

    /// An item that is encoded already.
    pub(crate) fn raw(&mut self, item: &[u8]) {
        self.out.extend_from_slice(item);
    }

    /// An array of `items`.
    pub(crate) fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.array(items.len());
        for item in items {
            write(self, item);
        }
    }

    /// Starts a structure; its fields follow in ascending order of their keys.
    pub(crate) fn open(&mut self) -> OpenMap {
        let start = self.out.len();
        self.out.push(0xa0);
        OpenMap { start, fields: 0, last: None }
    }

    /// The key of the next field; its value follows.
    pub(crate) fn field(&mut self, map: &mut OpenMap, key: u64) {
        debug_assert!(map.last.is_none_or(|last| last < key), "keys ascend");
        map.last = Some(key);
        map.fields += 1;
        self.uint(key);
    }

    /// A field that is left out when its list is empty.
    pub(crate) fn list_field<T>(
        &mut self,
        map: &mut OpenMap,
        key: u64,
        items: &[T],
        write: impl FnMut(&mut Self, &T),
    ) {
        if !items.is_empty() {
            self.field(map, key);
            self.list(items, write);
        }
    }

    /// A field that is left out when its text is empty.
    pub(crate) fn text_field(&mut self, map: &mut OpenMap, key: u64, text: &str) {
        if !text.is_empty() {
            self.field(map, key);
            self.text(text);
        }
    }

    pub(crate) fn close(&mut self, map: OpenMap) {
        debug_assert!(map.fields < 24, "the number of fields fits the first byte");
        if let Some(head) = self.out.get_mut(map.start) {
            *head = 0xa0 | map.fields;
        }
    }
}

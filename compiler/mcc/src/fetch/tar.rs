//! A reader of tar archives: POSIX.1-2001 (ustar and pax) with the long names of GNU tar. It gives entries in
//! their order and writes nothing.

use std::io::{self, Read};

const BLOCK: usize = 512;
/// The longest record of extended headers or name, in bytes.
const RECORD_LIMIT: u64 = 64 << 10;
/// The most entries of an archive.
const ENTRY_LIMIT: usize = 200_000;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A symbolic or a hard link.
    Link,
    /// A device, a pipe, or something that this reader does not know.
    Other,
}

/// An entry, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As it is written, with `/` between its parts. What is not UTF-8 was replaced.
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) size: u64,
}

/// Reads an archive from its beginning to its end.
pub(super) struct Archive<'a> {
    from: &'a mut dyn Read,
    /// Bytes of the present entry's content that were not read.
    left: u64,
    /// Bytes that fill up its last block.
    padding: u64,
    entries: usize,
}

impl<'a> Archive<'a> {
    pub(super) fn new(from: &'a mut dyn Read) -> Self {
        Archive { from, left: 0, padding: 0, entries: 0 }
    }

    /// The content of the present entry, as far as it was not read.
    pub(super) fn content(&mut self) -> impl Read {
        Content { from: &mut *self.from, left: &mut self.left }
    }

    /// The next entry; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        let mut long: Option<String> = None;
        let mut size: Option<u64> = None;
        loop {
            let skip = self.left.saturating_add(self.padding);
            if io::copy(&mut (&mut *self.from).take(skip), &mut io::sink())? != skip {
                return Err(bad("it ends in the middle of a file"));
            }
            (self.left, self.padding) = (0, 0);
            let Some(block) = self.block()? else { return Ok(None) };
            self.entries += 1;
            if self.entries > ENTRY_LIMIT {
                return Err(bad("it has too many entries"));
            }
            let header = Header(&block);
            if !header.is_whole() {
                return Err(bad("an entry has a wrong checksum"));
            }
            let written = header.number(124, 12).ok_or_else(|| bad("an entry has no size"))?;
            let kind = block[156];
            match kind {
                b'x' => {
                    for (key, value) in pax(&self.record(written)?)? {
                        match key.as_str() {
                            "path" => long = Some(value),
                            "size" => size = Some(value.parse().map_err(|_| bad("an entry has no size"))?),
                            _ => {}
                        }
                    }
                    continue;
                }
                b'L' => {
                    let name = self.record(written)?;
                    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
                    long = Some(String::from_utf8_lossy(&name[..end]).into_owned());
                    continue;
                }
                // What holds for all entries, and the long target of a link: neither is needed.
                b'g' | b'K' => {
                    self.record(written)?;
                    continue;
                }
                _ => {}
            }
            let path = long.take().unwrap_or_else(|| header.path());
            let kind = match kind {
                // The oldest archives end the names of folders in a slash.
                0 | b'0' | b'7' if path.ends_with('/') => Kind::Folder,
                0 | b'0' | b'7' => Kind::File,
                b'5' => Kind::Folder,
                b'1' | b'2' => Kind::Link,
                _ => Kind::Other,
            };
            let size = size.take().unwrap_or(written);
            // A link has no content, whatever it says of the size of what it leads to.
            let stored = if kind == Kind::Link { 0 } else { size };
            self.left = stored;
            self.padding = padding(stored);
            return Ok(Some(Entry { path, kind, size }));
        }
    }

    /// The next header; none where the archive ends.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.from.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(bad("it ends in the middle of an entry")),
                count => filled += count,
            }
        }
        Ok(block.iter().any(|byte| *byte != 0).then_some(block))
    }

    /// The content of an entry that is about others.
    fn record(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > RECORD_LIMIT {
            return Err(bad("a name or a record is too long"));
        }
        let mut content = Vec::new();
        (&mut *self.from).take(size).read_to_end(&mut content)?;
        if content.len() as u64 != size {
            return Err(bad("it ends in the middle of an entry"));
        }
        self.padding = padding(size);
        Ok(content)
    }
}

fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

struct Content<'a> {
    from: &'a mut dyn Read,
    left: &'a mut u64,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(*self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.from.read(&mut buffer[..most])?;
        *self.left -= count as u64;
        Ok(count)
    }
}

/// A header of 512 bytes.
struct Header<'a>(&'a [u8; BLOCK]);

impl Header<'_> {
    fn field(&self, at: usize, length: usize) -> &[u8] {
        let field = &self.0[at..at + length];
        &field[..field.iter().position(|byte| *byte == 0).unwrap_or(length)]
    }

    /// A number in octal digits, or in binary where the first bit says so.
    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let raw = &self.0[at..at + length];
        if length > 8 && raw[0] & 0x80 != 0 {
            // A size of more than 63 bits is no size.
            let (high, low) = raw.split_at(length - 8);
            let is_small = high[0] & 0x7f == 0 && high[1..].iter().all(|byte| *byte == 0);
            let low = u64::from_be_bytes(low.try_into().ok()?);
            return Some(low).filter(|low| is_small && *low >> 63 == 0);
        }
        let text = str::from_utf8(self.field(at, length)).ok()?.trim_matches(' ');
        if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
    }

    /// Whether the sum of its bytes is what it says, the sum itself counted as spaces.
    fn is_whole(&self) -> bool {
        let sum: u64 = self.0.iter().map(|byte| u64::from(*byte)).sum();
        let own: u64 = self.0[148..156].iter().map(|byte| u64::from(*byte)).sum();
        self.number(148, 8) == Some(sum - own + 8 * u64::from(b' '))
    }

    fn path(&self) -> String {
        let name = String::from_utf8_lossy(self.field(0, 100)).into_owned();
        let is_posix = &self.0[257..263] == b"ustar\0";
        let prefix = self.field(345, 155);
        if is_posix && !prefix.is_empty() {
            format!("{}/{name}", String::from_utf8_lossy(prefix))
        } else {
            name
        }
    }
}

/// The records of an extended header: `<length> <key>=<value>\n`.
fn pax(mut text: &[u8]) -> io::Result<Vec<(String, String)>> {
    let wrong = || bad("an extended header is damaged");
    let mut found = Vec::new();
    while !text.is_empty() {
        let space = text.iter().position(|byte| *byte == b' ').ok_or_else(wrong)?;
        let length: usize =
            str::from_utf8(&text[..space]).ok().and_then(|n| n.parse().ok()).ok_or_else(wrong)?;
        let record = text.get(space + 1..length).and_then(|r| r.strip_suffix(b"\n")).ok_or_else(wrong)?;
        let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(wrong)?;
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        found.push((words(&record[..equals]), words(&record[equals + 1..])));
        text = &text[length..];
    }
    Ok(found)
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Archive, BLOCK, Entry, Kind, padding};
    use std::io::Read;

    /// An entry to be written.
    #[derive(Clone, Debug)]
    pub(crate) struct Member<'a> {
        pub(crate) path: &'a str,
        pub(crate) kind: u8,
        pub(crate) content: &'a [u8],
        pub(crate) size: u64,
    }

    impl<'a> Member<'a> {
        pub(crate) const fn file(path: &'a str, content: &'a [u8]) -> Self {
            Member { path, kind: b'0', content, size: content.len() as u64 }
        }

        pub(crate) const fn folder(path: &'a str) -> Self {
            Member { path, kind: b'5', content: b"", size: 0 }
        }

        pub(crate) const fn link(path: &'a str, _to: &'a str) -> Self {
            Member { path, kind: b'2', content: b"", size: 0 }
        }

        pub(crate) const fn hard_link(path: &'a str, _to: &'a str) -> Self {
            Member { path, kind: b'1', content: b"", size: 0 }
        }

        pub(crate) const fn device(path: &'a str) -> Self {
            Member { path, kind: b'4', content: b"", size: 0 }
        }

        /// A file that claims a size and has no content.
        pub(crate) const fn large(path: &'a str, size: u64) -> Self {
            Member { path, kind: b'0', content: b"", size }
        }

        pub(crate) const fn special(path: &'a str, kind: u8, content: &'a [u8]) -> Self {
            Member { path, kind, content, size: content.len() as u64 }
        }
    }

    pub(crate) fn header(member: &Member<'_>) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        block[..member.path.len()].copy_from_slice(member.path.as_bytes());
        block[100..107].copy_from_slice(b"0000644");
        if member.size < 1 << 33 {
            block[124..135].copy_from_slice(format!("{:011o}", member.size).as_bytes());
        } else {
            block[124] = 0x80;
            block[128..136].copy_from_slice(&member.size.to_be_bytes());
        }
        block[148..156].copy_from_slice(b"        ");
        block[156] = member.kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block
    }

    pub(crate) fn archive(members: &[Member<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for member in members {
            bytes.extend(header(member));
            bytes.extend_from_slice(member.content);
            bytes.extend(std::iter::repeat_n(0, padding(member.content.len() as u64) as usize));
        }
        bytes.extend([0; 2 * BLOCK]);
        bytes
    }

    fn entries(bytes: &[u8]) -> std::io::Result<Vec<(Entry, Vec<u8>)>> {
        let mut from = bytes;
        let mut archive = Archive::new(&mut from);
        let mut found = Vec::new();
        while let Some(entry) = archive.next()? {
            let mut content = Vec::new();
            // Not all of it, so that skipping is tested too.
            archive.content().take(3).read_to_end(&mut content)?;
            found.push((entry, content));
        }
        Ok(found)
    }

    fn file(path: &str, size: u64) -> Entry {
        Entry { path: path.to_owned(), kind: Kind::File, size }
    }

    #[test]
    fn entries_in_their_order() {
        let long = format!("{}/b", "a".repeat(200));
        let pax = |text: &str| {
            let mut record = String::new();
            for guess in 0..400 {
                let candidate = format!("{guess} {text}\n");
                if candidate.len() == guess {
                    record = candidate;
                }
            }
            record
        };
        let record = pax(&format!("path={long}"));
        let gnu = format!("{long}\0");
        let bytes = archive(&[
            Member::special("g", b'g', b"13 comment=x\n"),
            Member::file("a", b"abc"),
            Member::folder("d/"),
            Member::special("x", b'x', record.as_bytes()),
            Member::file("short", &[b'y'; 600]),
            Member::special("l", b'L', gnu.as_bytes()),
            Member::file("short", b""),
            Member::link("l", "a"),
            Member::device("v"),
        ]);
        let found = entries(&bytes).expect("an archive");
        let kinds: Vec<Entry> = found.iter().map(|(entry, _)| entry.clone()).collect();
        let other = |path: &str, kind| Entry { path: path.to_owned(), kind, size: 0 };
        assert_eq!(
            kinds,
            [
                file("a", 3),
                other("d/", Kind::Folder),
                file(&long, 600),
                file(&long, 0),
                other("l", Kind::Link),
                other("v", Kind::Other)
            ]
        );
        assert_eq!((&*found[0].1, &*found[2].1), (&b"abc"[..], &b"yyy"[..]));
    }

    #[test]
    fn archives_that_are_damaged() {
        let whole = archive(&[Member::file("a", b"abc")]);
        for end in [1, 511, 513, 600] {
            let cut = entries(&whole[..end]);
            assert!(cut.is_err(), "{end}");
        }
        let mut flipped = whole;
        flipped[0] ^= 1;
        assert!(entries(&flipped).is_err());
        assert!(entries(&archive(&[Member::special("x", b'x', b"99 path=a\n")])).is_err());
        assert!(entries(&archive(&[Member::special("x", b'x', b"path=a\n")])).is_err());
        assert!(entries(&archive(&[Member::special("x", b'x', b"5 a=b\n")])).is_err());
        assert!(entries(&archive(&[Member::special("L", b'L', &[b'a'; 70_000])])).is_err());
        assert!(entries(&archive(&[Member::large("a", 1 << 62)])).is_err());
        assert!(entries(&archive(&[Member::large("a", u64::MAX)])).is_err());
        assert_eq!(entries(b"").expect("empty"), []);
    }
}

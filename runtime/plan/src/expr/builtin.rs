//! The built-in functions: one table of names, arities and meanings.

/// Makes [`Builtin`] and what is said about each function. The position in the table is the code in plans, so
/// the table is only added to.
macro_rules! builtins {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $arity:literal $($form:ident)?,)+) => {
        /// Built-in functions and methods. The receiver of a method is its first argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Builtin {
            /// All of them, in the order of their codes in plans.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How many arguments it takes, the receiver among them.
            #[must_use]
            pub const fn arity(self) -> usize {
                match self {
                    $(Self::$variant => $arity,)+
                }
            }

            /// Its name in sources.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// How it is written in sources.
            #[must_use]
            pub const fn form(self) -> Form {
                match self {
                    $(Self::$variant => builtins!(@form $($form)?),)+
                }
            }
        }
    };
    (@form) => { Form::Method };
    (@form property) => { Form::Property };
    (@form function) => { Form::Function };
}

/// How a built-in function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `receiver.name(rest)`
    Method,
    /// `receiver.name`
    Property,
    /// `name(arguments)`, `Type.name(arguments)`
    Function,
}

builtins! {
    /// `xs.join(separator)` over strings.
    Join "join" 2,
    /// `xs.len()` of a list, set or map; `s.len()` in characters; `bytes.len()` in bytes.
    Len "len" 1,
    /// `xs.first()`: none for an empty list.
    First "first" 1,
    /// `xs.last()`: none for an empty list.
    Last "last" 1,
    /// `xs.contains(x)`, of a list or set; `s.contains(part)`.
    Contains "contains" 2,
    /// `s.lines()`: without line ends; a last empty line does not count.
    Lines "lines" 1,
    /// `s.trim()`
    Trim "trim" 1,
    /// `s.starts_with(p)`
    StartsWith "starts_with" 2,
    /// `s.ends_with(p)`
    EndsWith "ends_with" 2,
    /// `s.replace(from, to)`
    Replace "replace" 3,
    /// `s.split(separator)`
    Split "split" 2,
    /// `s.upper()`
    Upper "upper" 1,
    /// `s.lower()`
    Lower "lower" 1,
    /// `path.parent`: of the root, the root.
    Parent "parent" 1 property,
    /// `path.name`: the last segment; of the root, the empty text.
    FileName "name" 1 property,
    /// `xs.indexed()`: a list of records of position and element.
    Indexed "indexed" 1,
    /// `x.text()`, and the text of a hole.
    Text "text" 1,

    // Any kind of collection and texts.

    /// `xs.is_empty()` of a list, set, map, text or bytes.
    IsEmpty "is_empty" 1,
    /// `xs.get(position)`, `map.get(key)`: none where there is none.
    Get "get" 2,
    /// `xs.index_of(x)`: the position of the first equal element; `s.index_of(part)`: that of the first
    /// occurrence, in characters. None where there is none.
    IndexOf "index_of" 2,
    /// `xs.slice(from, to)` of a list, a text (in characters) or bytes: from `from` on, before `to`. What is
    /// beyond the end counts as the end; `from` after `to` or below zero is an error.
    Slice "slice" 3,
    /// `xs.reverse()`
    Reverse "reverse" 1,

    // Texts.

    /// `s.trim_start()`: without white space at its start.
    TrimStart "trim_start" 1,
    /// `s.trim_end()`: without white space at its end.
    TrimEnd "trim_end" 1,
    /// `s.strip_prefix(p)`: what follows it; none for a text that does not start with it.
    StripPrefix "strip_prefix" 2,
    /// `s.strip_suffix(p)`: what is before it; none for a text that does not end with it.
    StripSuffix "strip_suffix" 2,
    /// `s.split_once(separator)`: the pair before and after its first occurrence; none where there is none.
    SplitOnce "split_once" 2,
    /// `s.words()`: the parts between runs of white space.
    Words "words" 1,
    /// `s.repeat(n)`: `n` times; none of them for 0, an error below.
    Repeat "repeat" 2,
    /// `s.pad_start(width, fill)`: at least `width` characters, with the character `fill` before it.
    PadStart "pad_start" 3,
    /// `s.pad_end(width, fill)`: at least `width` characters, with the character `fill` after it.
    PadEnd "pad_end" 3,
    /// `s.chars()`: a list of texts of one character each.
    Chars "chars" 1,
    /// `s.indent(n)`: every line that is not empty begins with `n` spaces more.
    Indent "indent" 2,
    /// `s.matches(regex)`: whether it is found in the text; `^` and `$` hold it to the whole.
    Matches "matches" 2,
    /// `s.captures(regex)`: of the first match the list of its groups, the whole match first, each none where it
    /// took no part; none where nothing matches.
    Captures "captures" 2,
    /// `s.find_all(regex)`: the list of the matches, which do not overlap.
    FindAll "find_all" 2,
    /// `s.replace_all(regex, with)`: every match replaced; `$1` and `${name}` in `with` are its groups, `$$` is `$`.
    ReplaceAll "replace_all" 3,
    /// `s.to_bytes()`: in UTF-8.
    ToBytes "to_bytes" 1,
    /// `bytes.to_text()`: none for what is not UTF-8.
    ToText "to_text" 1,

    // Parsing. None for a text that is not in the form; the forms are those of literals, a sign before numbers.

    /// `Int.parse(s)`
    ParseInt "Int.parse" 1 function,
    /// `Float.parse(s)`: `1`, `1.5`, `-2e-3`.
    ParseFloat "Float.parse" 1 function,
    /// `Bool.parse(s)`: `true`, `false`.
    ParseBool "Bool.parse" 1 function,
    /// `Size.parse(s)`: `512MiB`, `10GB`.
    ParseSize "Size.parse" 1 function,
    /// `Duration.parse(s)`: `1h30m`.
    ParseDuration "Duration.parse" 1 function,
    /// `Mode.parse(s)`: `0o644`, `0644`, `644`.
    ParseMode "Mode.parse" 1 function,

    // Numbers.

    /// `n.abs()` of an integer or float.
    Abs "abs" 1,
    /// `a.min(b)` of two values that have an order.
    Min "min" 2,
    /// `a.max(b)` of two values that have an order.
    Max "max" 2,
    /// `n.clamp(low, high)`; `low` above `high` is an error.
    Clamp "clamp" 3,
    /// `n.pow(k)` of an integer or float to an integer; below zero only for floats.
    Pow "pow" 2,
    /// `n.to_float()` of an integer: the nearest float.
    ToFloat "to_float" 1,
    /// `f.round()`: the nearest integer, halves away from zero.
    Round "round" 1,
    /// `f.floor()`: the nearest integer that is not greater.
    Floor "floor" 1,
    /// `f.ceil()`: the nearest integer that is not less.
    Ceil "ceil" 1,
    /// `f.truncate()`: the integer without what is after the point.
    Truncate "truncate" 1,
    /// `n.to_hex()`: in lower-case hexadecimal digits, without a prefix.
    ToHex "to_hex" 1,

    // Lists.

    /// `xs.sort()`: in the order of values; equal elements stay as they are. Versions are sorted by
    /// [`Builtin::VersionKey`].
    Sort "sort" 1,
    /// `xs.distinct()`: the first of each value, in the order of the list.
    Distinct "distinct" 1,
    /// `xs.flatten()`: the elements of its lists in one.
    Flatten "flatten" 1,
    /// `xs.take(n)`: the first `n`, or all.
    Take "take" 2,
    /// `xs.skip(n)`: all but the first `n`.
    Skip "skip" 2,
    /// `xs.zip(ys)`: pairs, as many as the shorter one has elements.
    Zip "zip" 2,
    /// `xs.sum()` of numbers, durations or sizes. The second argument is the zero of their type, which the sum of
    /// nothing is.
    Sum "sum" 2,
    /// `xs.min()`: none of nothing. Versions as [`Builtin::Sort`].
    ListMin "min" 1,
    /// `xs.max()`: none of nothing. Versions as [`Builtin::Sort`].
    ListMax "max" 1,
    /// `range(from, to)`: the integers from `from` on, before `to`; nothing where `to` is not greater.
    Range "range" 2 function,
    /// `xs.chunks(n)`: lists of `n` elements, the last one with what is left.
    Chunks "chunks" 2,
    /// `xs.to_set()`
    ToSet "to_set" 1,
    /// `pairs.to_map()` of a list of pairs; a key that is there twice is an error.
    ToMap "to_map" 1,
    /// `xs.to_list()` of a set, in order, or of a map: its entries.
    ToList "to_list" 1,

    // Sets.

    /// `a.union(b)`
    Union "union" 2,
    /// `a.intersection(b)`
    Intersection "intersection" 2,
    /// `a.difference(b)`: what is in `a` and not in `b`.
    Difference "difference" 2,
    /// `a.is_subset(b)`: whether `b` holds all of `a`.
    IsSubset "is_subset" 2,

    // Maps.

    /// `map.keys()`: a set.
    Keys "keys" 1,
    /// `map.values()`: a list in the order of the keys.
    Values "values" 1,
    /// `map.entries()`: a list of pairs in the order of the keys.
    Entries "entries" 1,
    /// `map.contains_key(key)`
    ContainsKey "contains_key" 2,
    /// `a.merge(b)`: the entries of both; where both have a key, that of `b`.
    Merge "merge" 2,
    /// `map.without(keys)`: all but the entries of these keys, a list or set.
    Without "without" 2,

    // Paths.

    /// `path.extension`: what follows the last dot of the name; none where there is none, or only a first one.
    Extension "extension" 1 property,
    /// `path.stem`: the name without its extension.
    Stem "stem" 1 property,
    /// `path.join(relative)`
    PathJoin "join" 2,
    /// `path.starts_with(other)`: whether it is `other` or below it, segment by segment.
    PathStartsWith "starts_with" 2,
    /// `path.relative_to(other)`: the way from `other` down to it; none where it is not below.
    PathRelativeTo "relative_to" 2,
    /// `path.components()`: its segments.
    Components "components" 1,

    // Networks.

    /// `cidr.contains(address)`: of the same family, and in the network.
    CidrContains "contains" 2,
    /// `cidr.network`: its first address.
    CidrNetwork "network" 1 property,
    /// `cidr.broadcast`: its last address, which in an IPv4 network is that of broadcasts.
    CidrBroadcast "broadcast" 1 property,
    /// `cidr.netmask`: the bits of the network as an address.
    CidrNetmask "netmask" 1 property,
    /// `cidr.prefix_len`
    CidrPrefixLen "prefix_len" 1 property,
    /// `cidr.host(n)`: the address `n` after the first; an error outside of the network.
    CidrHost "host" 2,
    /// `cidr.hosts`: how many addresses hosts can have: in an IPv4 network of more than two, all but the first
    /// and the last.
    CidrHosts "hosts" 1 property,
    /// `cidr.subnets(bits)`: the networks whose prefixes are `bits` longer.
    CidrSubnets "subnets" 2,
    /// `a.overlaps(b)`: whether one address is in both.
    CidrOverlaps "overlaps" 2,
    /// `address.is_v4()`
    IsV4 "is_v4" 1,
    /// `address.is_v6()`
    IsV6 "is_v6" 1,
    /// `address.is_private()`: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fc00::/7.
    IsPrivate "is_private" 1,
    /// `address.is_loopback()`: in 127.0.0.0/8, or ::1.
    IsLoopback "is_loopback" 1,
    /// `url.scheme`
    UrlScheme "scheme" 1 property,
    /// `url.host`: without brackets and port.
    UrlHost "host" 1 property,
    /// `url.port`: none where it is not written.
    UrlPort "port" 1 property,
    /// `url.path`: as written, without query and fragment; `/` where there is none.
    UrlPath "path" 1 property,
    /// `email.user`: what is before the `@`.
    EmailUser "user" 1 property,
    /// `email.domain`: what is after the `@`.
    EmailDomain "domain" 1 property,
    /// `name.short`: the first label of a host's name.
    HostShort "short" 1 property,
    /// `name.domain`: what follows the first label of a host's name; none where nothing does.
    HostDomain "domain" 1 property,

    // Versions.

    /// `a.compare(b)`: -1, 0 or 1.
    VersionCompare "compare" 2,
    /// What versions are sorted by: a value that has their order.
    VersionKey "version_key" 1,
    /// `version.major`: its first number.
    VersionMajor "major" 1 property,
    /// `version.minor`: its second number, or 0.
    VersionMinor "minor" 1 property,
    /// `version.patch`: its third number, or 0.
    VersionPatch "patch" 1 property,

    // Modes.

    /// `mode.owner`: the record of booleans `read`, `write`, `execute`.
    ModeOwner "owner" 1 property,
    /// `mode.group`, as [`Builtin::ModeOwner`].
    ModeGroup "group" 1 property,
    /// `mode.others`, as [`Builtin::ModeOwner`].
    ModeOthers "others" 1 property,
    /// `mode.setuid`
    ModeSetuid "setuid" 1 property,
    /// `mode.setgid`
    ModeSetgid "setgid" 1 property,
    /// `mode.sticky`
    ModeSticky "sticky" 1 property,
    /// `a.union(b)`: the bits of both.
    ModeUnion "union" 2,
    /// `a.without(b)`: the bits of `a` that `b` does not have.
    ModeWithout "without" 2,
    /// `mode.octal()`: four octal digits: `0644`.
    ModeOctal "octal" 1,

    // Durations and sizes. Integers, without what is left over.

    /// `duration.nanos`
    Nanos "nanos" 1 property,
    /// `duration.millis`
    Millis "millis" 1 property,
    /// `duration.seconds`
    Seconds "seconds" 1 property,
    /// `duration.minutes`
    Minutes "minutes" 1 property,
    /// `duration.hours`
    Hours "hours" 1 property,
    /// `duration.days`
    Days "days" 1 property,
    /// `size.bytes`
    SizeBytes "bytes" 1 property,
    /// `size.kib`
    SizeKib "kib" 1 property,
    /// `size.mib`
    SizeMib "mib" 1 property,
    /// `size.gib`
    SizeGib "gib" 1 property,

    // Encodings.

    /// `x.base64()` of a text or bytes: with padding.
    Base64Encode "base64" 1,
    /// `s.base64_decode()`: bytes; none for what is no base64 with padding.
    Base64Decode "base64_decode" 1,
    /// `x.hex()` of a text or bytes: lower-case digits.
    HexEncode "hex" 1,
    /// `s.hex_decode()`: bytes; none for what is no pairs of hexadecimal digits.
    HexDecode "hex_decode" 1,
    /// `s.url_encode()`: all but letters, digits and `-._~` as `%XX`.
    UrlEncode "url_encode" 1,
    /// `x.sha256()` of a text, bytes or content: lower-case hexadecimal digits.
    Sha256 "sha256" 1,
    /// `s.shell_quote()`: one word of a POSIX shell; `xs.shell_quote()` of a list of texts: its words.
    ShellQuote "shell_quote" 1,
    /// `s.regex_escape()`: a regular expression that matches this text alone.
    RegexEscape "regex_escape" 1,

    // Documents. What is rendered describes itself: maps with texts as keys, lists and sets, texts, booleans,
    // numbers, none; durations, sizes and modes stand as their texts. Keys are in order, so the same value gives
    // the same text.

    /// `json(x)`: on one line, without a line end. None is `null`.
    Json "json" 1 function,
    /// `json_pretty(x)`: indented by two spaces, with a line end. None is `null`.
    JsonPretty "json_pretty" 1 function,
    /// `toml(x)` of a map. An entry of none is left out; none in a list is an error.
    Toml "toml" 1 function,
    /// `yaml(x)`: YAML 1.2 in block style. A text that could be read as anything else is in quotes. None is `null`.
    Yaml "yaml" 1 function,
    /// `ini(x)` of a map: entries, and sections, which are maps, one level deep. A list gives an entry per
    /// element; none is left out. What the format cannot say (a line end in a value) is an error.
    Ini "ini" 1 function,
}

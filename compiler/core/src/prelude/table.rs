//! The table of the built-in methods, by what has them.
//!
//! Of several methods with one name the first one counts whose receiver fits, so the narrower types come first.

use super::{Demand, Method, Operation, Scheme};
use Scheme::{
    Blob, Bool, Bytes, Duration, Float, Fn, Int, List, Map, Mode, Optional, Secret, Set, Size, Standard, Str,
    Text, Tuple, Var,
};
use mc_plan::expr::{Builtin as B, EachKind as E};
use mc_plan::value::TextKind as K;

type Params = &'static [(&'static str, Scheme)];

const T: Scheme = Var(0);
const U: Scheme = Var(1);
const V: Scheme = Var(2);
const TEXTS: Scheme = List(&Str);
const LIST: Scheme = List(&T);
const SET: Scheme = Set(&T);
const MAP: Scheme = Map(&T, &U);
const PAIR: Scheme = Tuple(&[T, U]);
const PAIRS: Scheme = List(&PAIR);
const ABS: Scheme = Text(K::AbsPath);
const REL: Scheme = Text(K::RelPath);
const CIDR: Scheme = Text(K::Cidr);
const IP: Scheme = Text(K::IpAddr);
const URL: Scheme = Text(K::Url);
const HOST: Scheme = Text(K::HostName);
const MAIL: Scheme = Text(K::Email);
const VERSION: Scheme = Text(K::Version);
const REGEX: Scheme = Text(K::Regex);
const PERMISSIONS: Scheme = Standard("std.fs", "Permissions");

const NONE: Params = &[];
const TEST: Params = &[("test", Fn(&[T], &Bool))];
const BY: Params = &[("key", Fn(&[T], &U))];
const TO_U: Params = &[("function", Fn(&[T], &U))];
const TO_LIST: Params = &[("function", Fn(&[T], &List(&U)))];
const TO_OPTIONAL: Params = &[("function", Fn(&[T], &Optional(&U)))];
const TEST_PAIR: Params = &[("test", Fn(&[T, U], &Bool))];
const PAIR_TO_V: Params = &[("function", Fn(&[T, U], &V))];

const fn call(
    name: &'static str,
    receiver: Scheme,
    params: Params,
    gives: Scheme,
    builtin: B,
    docs: &'static str,
) -> Method {
    let operation = Operation::Call(builtin);
    Method { name, receiver, params, gives, operation, property: false, demand: Demand::Nothing, docs }
}

const fn part(name: &'static str, receiver: Scheme, gives: Scheme, builtin: B, docs: &'static str) -> Method {
    Method { property: true, ..call(name, receiver, NONE, gives, builtin, docs) }
}

const fn each(receiver: Scheme, params: Params, gives: Scheme, kind: E, docs: &'static str) -> Method {
    let operation = Operation::Each(kind);
    Method {
        name: kind.name(),
        receiver,
        params,
        gives,
        operation,
        property: false,
        demand: Demand::Nothing,
        docs,
    }
}

const fn fold(receiver: Scheme, params: Params, gives: Scheme) -> Method {
    let docs = "Runs over the elements with an accumulator: from its start, by what the function makes of it and each element.";
    let operation = Operation::Fold;
    Method {
        name: "fold",
        receiver,
        params,
        gives,
        operation,
        property: false,
        demand: Demand::Nothing,
        docs,
    }
}

const fn demand(demand: Demand, method: Method) -> Method {
    Method { demand, ..method }
}

const EQ: Demand = Demand::Equality(0);
const ORDER: Demand = Demand::Order(0);

/// What runs a function over the elements of a list or of a set: `halves` is a pair of such.
const fn over(all: Scheme, halves: Scheme) -> [Method; 16] {
    [
        each(all, TO_U, List(&U), E::Map, "What the function makes of each element."),
        each(all, TEST, all, E::Filter, "The elements for which it holds."),
        each(
            all,
            TO_LIST,
            List(&U),
            E::FlatMap,
            "The elements of all lists that the function gives, in one.",
        ),
        each(
            all,
            TO_OPTIONAL,
            List(&U),
            E::FilterMap,
            "What the function makes of each element, where that is there.",
        ),
        each(all, TEST, Bool, E::Any, "Whether it holds for one element."),
        each(all, TEST, Bool, E::All, "Whether it holds for every element."),
        each(all, TEST, Optional(&T), E::Find, "The first element for which it holds."),
        demand(
            Demand::Order(1),
            each(all, BY, LIST, E::SortBy, "The elements in the order of what the function gives for them."),
        ),
        demand(
            Demand::Equality(1),
            each(all, BY, Map(&U, &LIST), E::GroupBy, "The elements by what the function gives for them."),
        ),
        each(all, TEST, halves, E::Partition, "The elements for which it holds, and the rest."),
        demand(
            Demand::Order(1),
            each(all, BY, Optional(&T), E::MinBy, "The element for which the function gives the least."),
        ),
        demand(
            Demand::Order(1),
            each(all, BY, Optional(&T), E::MaxBy, "The element for which the function gives the greatest."),
        ),
        each(all, TEST, all, E::TakeWhile, "The elements before the first for which it does not hold."),
        each(all, TEST, all, E::SkipWhile, "The elements from the first on for which it does not hold."),
        demand(
            Demand::Equality(1),
            each(all, BY, LIST, E::UniqueBy, "The first element for each thing that the function gives."),
        ),
        fold(all, &[("start", U), ("function", Fn(&[U, T], &U))], U),
    ]
}

/// All of them, section by section.
pub(super) const METHODS: &[&[Method]] =
    &[OF_LISTS, &over(LIST, Tuple(&[LIST, LIST])), OF_SETS, &over(SET, Tuple(&[SET, SET])), OF_THE_REST];

/// Of secrets, and of lists.
const OF_LISTS: &[Method] = &[
    // Secrets.
    Method {
        name: "map",
        receiver: Secret(&T),
        params: TO_U,
        gives: Secret(&U),
        operation: Operation::Inside,
        property: false,
        demand: Demand::Nothing,
        docs: "Computes with what is secret; what comes out is secret as well.",
    },
    // Lists.
    call("len", LIST, NONE, Int, B::Len, "How many elements there are."),
    call("is_empty", LIST, NONE, Bool, B::IsEmpty, "Whether there is no element."),
    call("first", LIST, NONE, Optional(&T), B::First, "The first element; none of an empty list."),
    call("last", LIST, NONE, Optional(&T), B::Last, "The last element; none of an empty list."),
    call(
        "get",
        LIST,
        &[("position", Int)],
        Optional(&T),
        B::Get,
        "The element at a position from 0; none where there is none.",
    ),
    demand(
        EQ,
        call("contains", LIST, &[("element", T)], Bool, B::Contains, "Whether an element is equal to this."),
    ),
    demand(
        EQ,
        call(
            "index_of",
            LIST,
            &[("element", T)],
            Optional(&Int),
            B::IndexOf,
            "The position of the first element that is equal to this.",
        ),
    ),
    call(
        "indexed",
        LIST,
        NONE,
        List(&Tuple(&[Int, T])),
        B::Indexed,
        "Each element with its position, from 0.",
    ),
    call(
        "join",
        TEXTS,
        &[("separator", Str)],
        Str,
        B::Join,
        "The elements in one text, with this between them.",
    ),
    call(
        "shell_quote",
        TEXTS,
        NONE,
        Str,
        B::ShellQuote,
        "The elements as the words of a shell's command line.",
    ),
    call("flatten", List(&List(&T)), NONE, LIST, B::Flatten, "The elements of its lists in one list."),
    demand(
        EQ,
        call(
            "to_map",
            PAIRS,
            NONE,
            MAP,
            B::ToMap,
            "A map of its pairs; a key that is there twice is an error.",
        ),
    ),
    call(
        "slice",
        LIST,
        &[("from", Int), ("to", Int)],
        LIST,
        B::Slice,
        "The elements from one position on, before another one.",
    ),
    call("take", LIST, &[("count", Int)], LIST, B::Take, "The first elements, at most so many."),
    call("skip", LIST, &[("count", Int)], LIST, B::Skip, "What follows the first so many elements."),
    call("reverse", LIST, NONE, LIST, B::Reverse, "The elements from the last to the first."),
    demand(ORDER, call("sort", LIST, NONE, LIST, B::Sort, "The elements in their order.")),
    demand(EQ, call("distinct", LIST, NONE, LIST, B::Distinct, "Each element once, where it stands first.")),
    call(
        "zip",
        LIST,
        &[("other", List(&U))],
        PAIRS,
        B::Zip,
        "Pairs of this list's elements and another one's.",
    ),
    call(
        "chunks",
        LIST,
        &[("size", Int)],
        List(&LIST),
        B::Chunks,
        "Lists of so many elements; the last one has what is left.",
    ),
    demand(Demand::Sum(0), call("sum", LIST, NONE, T, B::Sum, "All elements added up.")),
    demand(
        ORDER,
        call("min", LIST, NONE, Optional(&T), B::ListMin, "The least element; none of an empty list."),
    ),
    demand(
        ORDER,
        call("max", LIST, NONE, Optional(&T), B::ListMax, "The greatest element; none of an empty list."),
    ),
    demand(EQ, call("to_set", LIST, NONE, SET, B::ToSet, "The elements as a set.")),
];

const OF_SETS: &[Method] = &[
    call("len", SET, NONE, Int, B::Len, "How many elements there are."),
    call("is_empty", SET, NONE, Bool, B::IsEmpty, "Whether there is no element."),
    demand(EQ, call("contains", SET, &[("element", T)], Bool, B::Contains, "Whether it holds this.")),
    call("to_list", SET, NONE, LIST, B::ToList, "The elements as a list, in their order."),
    call(
        "join",
        Set(&Str),
        &[("separator", Str)],
        Str,
        B::Join,
        "The elements in one text, with this between them.",
    ),
    demand(EQ, call("union", SET, &[("other", SET)], SET, B::Union, "What is in one of them.")),
    demand(EQ, call("intersection", SET, &[("other", SET)], SET, B::Intersection, "What is in both.")),
    demand(
        EQ,
        call(
            "difference",
            SET,
            &[("other", SET)],
            SET,
            B::Difference,
            "What is in this and not in the other.",
        ),
    ),
    demand(
        EQ,
        call("is_subset", SET, &[("other", SET)], Bool, B::IsSubset, "Whether the other holds all of this."),
    ),
];

const OF_THE_REST: &[Method] = &[
    // Maps.
    call("len", MAP, NONE, Int, B::Len, "How many entries there are."),
    call("is_empty", MAP, NONE, Bool, B::IsEmpty, "Whether there is no entry."),
    call("keys", MAP, NONE, Set(&T), B::Keys, "Its keys."),
    call("values", MAP, NONE, List(&U), B::Values, "Its values, in the order of the keys."),
    call("entries", MAP, NONE, PAIRS, B::Entries, "Its pairs of key and value, in the order of the keys."),
    demand(
        EQ,
        call(
            "get",
            MAP,
            &[("key", T)],
            Optional(&U),
            B::Get,
            "The value of a key; none where there is none.",
        ),
    ),
    demand(EQ, call("contains_key", MAP, &[("key", T)], Bool, B::ContainsKey, "Whether it has this key.")),
    demand(
        EQ,
        call(
            "merge",
            MAP,
            &[("other", MAP)],
            MAP,
            B::Merge,
            "The entries of both; where both have a key, the other's.",
        ),
    ),
    demand(
        EQ,
        call("without", MAP, &[("keys", List(&T))], MAP, B::Without, "All entries but those of these keys."),
    ),
    each(MAP, PAIR_TO_V, List(&V), E::Map, "What the function makes of each key and value."),
    each(MAP, TEST_PAIR, MAP, E::Filter, "The entries for which it holds."),
    each(
        MAP,
        &[("function", Fn(&[T, U], &List(&V)))],
        List(&V),
        E::FlatMap,
        "The elements of all lists that the function gives, in one.",
    ),
    each(
        MAP,
        &[("function", Fn(&[T, U], &Optional(&V)))],
        List(&V),
        E::FilterMap,
        "What the function makes of each key and value, where that is there.",
    ),
    each(MAP, TEST_PAIR, Bool, E::Any, "Whether it holds for one entry."),
    each(MAP, TEST_PAIR, Bool, E::All, "Whether it holds for every entry."),
    each(MAP, TEST_PAIR, Optional(&PAIR), E::Find, "The first entry for which it holds."),
    fold(MAP, &[("start", V), ("function", Fn(&[V, PAIR], &V))], V),
    // Paths.
    part("parent", ABS, ABS, B::Parent, "The directory that holds it; of the root, the root."),
    part("name", ABS, Str, B::FileName, "The last segment; of the root, an empty text."),
    part("extension", ABS, Optional(&Str), B::Extension, "What follows the last dot of its name."),
    part("stem", ABS, Str, B::Stem, "Its name without the extension."),
    call("join", ABS, &[("path", REL)], ABS, B::PathJoin, "The path below it."),
    call(
        "starts_with",
        ABS,
        &[("path", ABS)],
        Bool,
        B::PathStartsWith,
        "Whether it is this path or below it.",
    ),
    call(
        "relative_to",
        ABS,
        &[("path", ABS)],
        Optional(&REL),
        B::PathRelativeTo,
        "The way from there down to it; none where it is not below.",
    ),
    call("components", ABS, NONE, TEXTS, B::Components, "Its segments."),
    part("name", REL, Str, B::FileName, "The last segment; of the root, an empty text."),
    part("extension", REL, Optional(&Str), B::Extension, "What follows the last dot of its name."),
    part("stem", REL, Str, B::Stem, "Its name without the extension."),
    call("join", REL, &[("path", REL)], REL, B::PathJoin, "The path below it."),
    call(
        "starts_with",
        REL,
        &[("path", REL)],
        Bool,
        B::PathStartsWith,
        "Whether it is this path or below it.",
    ),
    call(
        "relative_to",
        REL,
        &[("path", REL)],
        Optional(&REL),
        B::PathRelativeTo,
        "The way from there down to it; none where it is not below.",
    ),
    call("components", REL, NONE, TEXTS, B::Components, "Its segments."),
    // Networks.
    call(
        "contains",
        CIDR,
        &[("address", IP)],
        Bool,
        B::CidrContains,
        "Whether the address is in the network.",
    ),
    part("network", CIDR, IP, B::CidrNetwork, "Its first address."),
    part("broadcast", CIDR, IP, B::CidrBroadcast, "Its last address."),
    part("netmask", CIDR, IP, B::CidrNetmask, "The bits of the network as an address."),
    part("prefix_len", CIDR, Int, B::CidrPrefixLen, "How many bits the network has."),
    call(
        "host",
        CIDR,
        &[("number", Int)],
        IP,
        B::CidrHost,
        "The address so many after the first; an error outside of the network.",
    ),
    part("hosts", CIDR, Int, B::CidrHosts, "How many addresses hosts can have."),
    call(
        "subnets",
        CIDR,
        &[("bits", Int)],
        List(&CIDR),
        B::CidrSubnets,
        "The networks whose prefixes are so many bits longer.",
    ),
    call("overlaps", CIDR, &[("other", CIDR)], Bool, B::CidrOverlaps, "Whether an address is in both."),
    call("is_v4", IP, NONE, Bool, B::IsV4, "Whether it is of IPv4."),
    call("is_v6", IP, NONE, Bool, B::IsV6, "Whether it is of IPv6."),
    call("is_private", IP, NONE, Bool, B::IsPrivate, "Whether it is of a network that is not routed."),
    call("is_loopback", IP, NONE, Bool, B::IsLoopback, "Whether it is the host itself."),
    part("scheme", URL, Str, B::UrlScheme, "What is before the first colon."),
    part("host", URL, Str, B::UrlHost, "Its host, without brackets and port."),
    part("port", URL, Optional(&Int), B::UrlPort, "Its port; none where it is not written."),
    part("path", URL, Str, B::UrlPath, "Its path, without query and fragment."),
    part("user", MAIL, Str, B::EmailUser, "What is before the `@`."),
    part("domain", MAIL, HOST, B::EmailDomain, "What is after the `@`."),
    part("short", HOST, Str, B::HostShort, "Its first label."),
    part("domain", HOST, Optional(&HOST), B::HostDomain, "What follows its first label."),
    // Versions.
    part("major", VERSION, Int, B::VersionMajor, "Its first number."),
    part("minor", VERSION, Int, B::VersionMinor, "Its second number, or 0."),
    part("patch", VERSION, Int, B::VersionPatch, "Its third number, or 0."),
    // Texts.
    call("len", Str, NONE, Int, B::Len, "How many characters there are."),
    call("is_empty", Str, NONE, Bool, B::IsEmpty, "Whether there is no character."),
    call("contains", Str, &[("part", Str)], Bool, B::Contains, "Whether this is a part of it."),
    call("lines", Str, NONE, TEXTS, B::Lines, "Its lines, without their ends."),
    call("trim", Str, NONE, Str, B::Trim, "Without white space at both ends."),
    call("trim_start", Str, NONE, Str, B::TrimStart, "Without white space at its start."),
    call("trim_end", Str, NONE, Str, B::TrimEnd, "Without white space at its end."),
    call("starts_with", Str, &[("prefix", Str)], Bool, B::StartsWith, "Whether it begins with this."),
    call("ends_with", Str, &[("suffix", Str)], Bool, B::EndsWith, "Whether it ends with this."),
    call(
        "strip_prefix",
        Str,
        &[("prefix", Str)],
        Optional(&Str),
        B::StripPrefix,
        "What follows this at its start; none where it does not begin with it.",
    ),
    call(
        "strip_suffix",
        Str,
        &[("suffix", Str)],
        Optional(&Str),
        B::StripSuffix,
        "What is before this at its end; none where it does not end with it.",
    ),
    call(
        "replace",
        Str,
        &[("part", Str), ("with", Str)],
        Str,
        B::Replace,
        "With each of the first replaced by the second.",
    ),
    call("split", Str, &[("separator", Str)], TEXTS, B::Split, "The parts between each of these."),
    call(
        "split_once",
        Str,
        &[("separator", Str)],
        Optional(&Tuple(&[Str, Str])),
        B::SplitOnce,
        "What is before and after the first of these; none where there is none.",
    ),
    call("words", Str, NONE, TEXTS, B::Words, "The parts between runs of white space."),
    call("upper", Str, NONE, Str, B::Upper, "In upper case."),
    call("lower", Str, NONE, Str, B::Lower, "In lower case."),
    call("repeat", Str, &[("count", Int)], Str, B::Repeat, "So many times."),
    call(
        "pad_start",
        Str,
        &[("width", Int), ("fill", Str)],
        Str,
        B::PadStart,
        "At least so many characters, with the second before it.",
    ),
    call(
        "pad_end",
        Str,
        &[("width", Int), ("fill", Str)],
        Str,
        B::PadEnd,
        "At least so many characters, with the second after it.",
    ),
    call("chars", Str, NONE, TEXTS, B::Chars, "Its characters."),
    call("reverse", Str, NONE, Str, B::Reverse, "Its characters from the last to the first."),
    call(
        "index_of",
        Str,
        &[("part", Str)],
        Optional(&Int),
        B::IndexOf,
        "Where this first occurs, in characters.",
    ),
    call(
        "slice",
        Str,
        &[("from", Int), ("to", Int)],
        Str,
        B::Slice,
        "The characters from one position on, before another one.",
    ),
    call(
        "indent",
        Str,
        &[("spaces", Int)],
        Str,
        B::Indent,
        "With so many spaces before every line that is not empty.",
    ),
    call(
        "matches",
        Str,
        &[("regex", REGEX)],
        Bool,
        B::Matches,
        "Whether the regular expression is found in it.",
    ),
    call(
        "captures",
        Str,
        &[("regex", REGEX)],
        Optional(&List(&Optional(&Str))),
        B::Captures,
        "The groups of the first match, the whole match first.",
    ),
    call("find_all", Str, &[("regex", REGEX)], TEXTS, B::FindAll, "All matches of the regular expression."),
    call(
        "replace_all",
        Str,
        &[("regex", REGEX), ("with", Str)],
        Str,
        B::ReplaceAll,
        "With every match replaced; `$1` is its first group.",
    ),
    call("to_bytes", Str, NONE, Bytes, B::ToBytes, "In UTF-8."),
    call(
        "base64_decode",
        Str,
        NONE,
        Optional(&Bytes),
        B::Base64Decode,
        "The bytes that it stands for; none for what is no base64.",
    ),
    call(
        "hex_decode",
        Str,
        NONE,
        Optional(&Bytes),
        B::HexDecode,
        "The bytes that it stands for; none for what is no hexadecimal.",
    ),
    call("url_encode", Str, NONE, Str, B::UrlEncode, "As a part of a URL."),
    call("shell_quote", Str, NONE, Str, B::ShellQuote, "As one word of a shell's command line."),
    call("regex_escape", Str, NONE, Str, B::RegexEscape, "A regular expression that matches this alone."),
    // Texts and bytes.
    call("base64", Str, NONE, Str, B::Base64Encode, "In base64, with padding."),
    call("hex", Str, NONE, Str, B::HexEncode, "In hexadecimal digits."),
    call("base64", Bytes, NONE, Str, B::Base64Encode, "In base64, with padding."),
    call("hex", Bytes, NONE, Str, B::HexEncode, "In hexadecimal digits."),
    call("sha256", Blob, NONE, Str, B::Sha256, "The SHA-256 of its bytes, in hexadecimal digits."),
    call("len", Bytes, NONE, Int, B::Len, "How many bytes there are."),
    call("is_empty", Bytes, NONE, Bool, B::IsEmpty, "Whether there is no byte."),
    call(
        "slice",
        Bytes,
        &[("from", Int), ("to", Int)],
        Bytes,
        B::Slice,
        "The bytes from one position on, before another one.",
    ),
    call("to_text", Bytes, NONE, Optional(&Str), B::ToText, "The text in UTF-8; none for what is none."),
    // Numbers and quantities.
    call("abs", Int, NONE, Int, B::Abs, "Without its sign."),
    call("pow", Int, &[("exponent", Int)], Int, B::Pow, "To a power."),
    call("abs", Float, NONE, Float, B::Abs, "Without its sign."),
    call("pow", Float, &[("exponent", Int)], Float, B::Pow, "To a power."),
    call("min", Int, &[("other", Int)], Int, B::Min, "The lesser of both."),
    call("max", Int, &[("other", Int)], Int, B::Max, "The greater of both."),
    call("clamp", Int, &[("low", Int), ("high", Int)], Int, B::Clamp, "The nearest value between both."),
    call("min", Float, &[("other", Float)], Float, B::Min, "The lesser of both."),
    call("max", Float, &[("other", Float)], Float, B::Max, "The greater of both."),
    call(
        "clamp",
        Float,
        &[("low", Float), ("high", Float)],
        Float,
        B::Clamp,
        "The nearest value between both.",
    ),
    call("min", Duration, &[("other", Duration)], Duration, B::Min, "The lesser of both."),
    call("max", Duration, &[("other", Duration)], Duration, B::Max, "The greater of both."),
    call(
        "clamp",
        Duration,
        &[("low", Duration), ("high", Duration)],
        Duration,
        B::Clamp,
        "The nearest value between both.",
    ),
    call("min", Size, &[("other", Size)], Size, B::Min, "The lesser of both."),
    call("max", Size, &[("other", Size)], Size, B::Max, "The greater of both."),
    call("clamp", Size, &[("low", Size), ("high", Size)], Size, B::Clamp, "The nearest value between both."),
    call("to_float", Int, NONE, Float, B::ToFloat, "The nearest `Float`."),
    call("to_hex", Int, NONE, Str, B::ToHex, "In hexadecimal digits."),
    call("round", Float, NONE, Int, B::Round, "The nearest `Int`, halves away from zero."),
    call("floor", Float, NONE, Int, B::Floor, "The nearest `Int` that is not greater."),
    call("ceil", Float, NONE, Int, B::Ceil, "The nearest `Int` that is not less."),
    call("truncate", Float, NONE, Int, B::Truncate, "Without what is after the point."),
    part("nanos", Duration, Int, B::Nanos, "How many nanos it lasts, without what is left over."),
    part("millis", Duration, Int, B::Millis, "How many millis it lasts, without what is left over."),
    part("seconds", Duration, Int, B::Seconds, "How many seconds it lasts, without what is left over."),
    part("minutes", Duration, Int, B::Minutes, "How many minutes it lasts, without what is left over."),
    part("hours", Duration, Int, B::Hours, "How many hours it lasts, without what is left over."),
    part("days", Duration, Int, B::Days, "How many days it lasts, without what is left over."),
    part("bytes", Size, Int, B::SizeBytes, "How many bytes it has, without what is left over."),
    part("kib", Size, Int, B::SizeKib, "How many KiB it has, without what is left over."),
    part("mib", Size, Int, B::SizeMib, "How many MiB it has, without what is left over."),
    part("gib", Size, Int, B::SizeGib, "How many GiB it has, without what is left over."),
    // Modes.
    part("owner", Mode, PERMISSIONS, B::ModeOwner, "What the owner may do."),
    part("group", Mode, PERMISSIONS, B::ModeGroup, "What the group may do."),
    part("others", Mode, PERMISSIONS, B::ModeOthers, "What all others may do."),
    part("setuid", Mode, Bool, B::ModeSetuid, "Whether a program runs as its owner."),
    part("setgid", Mode, Bool, B::ModeSetgid, "Whether a program runs as its group."),
    part("sticky", Mode, Bool, B::ModeSticky, "Whether only owners remove files."),
    call("union", Mode, &[("other", Mode)], Mode, B::ModeUnion, "The bits of both."),
    call("without", Mode, &[("other", Mode)], Mode, B::ModeWithout, "The bits that the other does not have."),
    call("octal", Mode, NONE, Str, B::ModeOctal, "Four octal digits."),
];

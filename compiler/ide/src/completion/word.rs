//! The words of the language and what it brings, with the text that each becomes.

use super::{Proposal, ProposalKind};
use mc_compiler::prelude::{self, Reach};
use mc_syntax::Token;

/// A word, what is written for it, and what it is.
pub(super) type Word = (&'static str, &'static str, &'static str);

/// What an item begins with.
pub(super) const ITEMS: [Word; 16] = [
    ("import", "import $0", "Names of other modules."),
    ("let", "let ${1:name} = $0", "A value."),
    ("fn", "fn ${1:name}(${2}) -> ${3:Int} {\n  $0\n}", "A function."),
    ("record", "record ${1:Name} {\n  $0\n}", "A type with fields."),
    ("enum", "enum ${1:Name} {\n  $0\n}", "A type with variants."),
    ("type", "type ${1:Name} = ${2:Int} where $0", "A name for a type, with a condition on its values."),
    ("labels", "labels {\n  $0\n}", "What is known about a host beside its facts."),
    ("fact", "fact ${1:name}: ${2:String} from command [\"$3\"] as text", "A fact that hosts find."),
    ("component", "component ${1:Name} {\n  $0\n}", "Resources that belong together, with parameters."),
    ("policy", "policy ${1:name} {\n  $0\n}", "What hosts shall be."),
    ("resource", "resource ${1:Name} {\n  $0\n}", "A type of resources."),
    ("guard", "guard ${1:name} {\n  $0\n}", "What no resource may be."),
    ("rollout", "rollout ${1:name} {\n  $0\n}", "In which order hosts get it."),
    ("test", "test \"$1\" {\n  $0\n}", "What holds, on facts that are given."),
    ("pub", "pub $0", "Other modules may import it."),
    ("const", "const let ${1:name} = $0", "A value that is known when the bundle is built."),
];

/// What a statement of any block begins with.
const STATEMENTS: [Word; 5] = [
    ("let", "let ${1:name} = $0", "A value."),
    ("const", "const let ${1:name} = $0", "A value that is known when the bundle is built."),
    ("if", "if $1 {\n  $0\n}", "What is there where a condition holds."),
    ("for", "for ${1:item} in $2 {\n  $0\n}", "For each element."),
    ("match", "match $1 {\n  $0\n}", "By what a value is."),
];

/// What may also stand among what is declared.
const DECLARING: [Word; 2] = [
    ("check", "check $1 else \"$0\"", "What must hold."),
    ("defaults", "defaults $1 { $0 }", "What resources of a type in this block leave open."),
];

const COMPONENT: [Word; 2] = [
    ("param", "param ${1:name}: ${2:String}", "What an instance is given."),
    ("out", "out ${1:name}: ${2:String} = $0", "What an instance tells."),
];

const POLICY: [Word; 3] = [
    ("select", "select $0", "Which hosts get the policy."),
    ("after", "after $0", "The policies that come before this one."),
    ("prune", "prune [$1] limit ${2:20}", "What goes when it is no longer declared."),
];

const TEST: [Word; 4] = [
    ("given", "given ${1:facts} = $0", "What the host of the test is."),
    ("let", "let ${1:name} = $0", "A value."),
    ("expect", "expect $0", "What must hold."),
    ("expect fails", "expect fails {\n  $0\n}", "What must fail."),
];

const GUARD: [Word; 4] = [
    ("deny", "deny ${1:File} ${2:f} when $0", "Resources that no plan may have."),
    ("on", "on ${1:Service} ${2:s} when $0", "Resources that need somebody's consent."),
    ("message", "message \"$0\"", "Why, for people."),
    ("require approval from", "require approval from \"$0\"", "Who has to agree."),
];

const ROLLOUT: [Word; 5] = [
    ("policy", "policy ${1:name}", "Whose hosts; without one those of all policies."),
    ("wave", "wave ${1:name} ${2:10%}", "The next hosts that get it."),
    ("pause", "pause ${1:10m}", "How long a wave is watched."),
    ("health", "health $0", "The resources that have to be in order."),
    ("budget", "budget ${1:5%}", "How many hosts may fail."),
];

const RESOURCE: [Word; 13] = [
    ("provider", "provider \"$1\" protocol ${2:1}", "What does it on hosts."),
    ("key", "key ${1:name}: ${2:String}", "What tells its resources apart."),
    ("local", "local key ${1:name}: ${2:String}", "A key that counts in its instance alone."),
    ("union", "union ${1:name}: ${2:List<String>}", "An attribute whose values are put together."),
    ("out", "out ${1:name}: ${2:String}", "What is known when it is done."),
    ("early", "early out ${1:name}: ${2:String}", "What is known before it is done."),
    ("read", "read out ${1:name}: ${2:String}", "What is read off the host."),
    ("claims", "claims $0", "Paths that are its own."),
    ("reads", "reads $0", "Paths that it reads."),
    ("writes", "writes $0", "Paths that it writes."),
    ("after", "after $0", "What comes before it by itself."),
    ("check", "check $1 else \"$0\"", "What must hold."),
    ("effects", "effects $0", "What it may do to the host."),
];

/// What an expression begins with.
pub(super) const WORDS: [Word; 6] = [
    ("if", "if $1 { $2 } else { $0 }", "One of two values."),
    ("match", "match $1 {\n  $0\n}", "By what a value is."),
    ("true", "true", ""),
    ("false", "false", ""),
    ("none", "none", "No value."),
    ("self", "self", "The resource around."),
];

/// What is written for what the language brings.
const GLOBALS: [(&str, &str); 15] = [
    ("facts", "facts.$0"),
    ("labels", "labels.$0"),
    ("secret", "secret(\"$0\")"),
    ("file", "file(\"$0\")"),
    ("dir", "dir(\"$0\")"),
    ("load", "load(\"$0\")"),
    ("layers", "layers([load(\"$0\")])"),
    ("template", "template(\"$1\"$0)"),
    ("fail", "fail(\"$0\")"),
    ("range", "range(${1:0}, $0)"),
    ("json", "json($0)"),
    ("yaml", "yaml($0)"),
    ("toml", "toml($0)"),
    ("ini", "ini($0)"),
    ("plan", "plan($0)"),
];

/// What the language brings, in a test or elsewhere.
pub(super) fn globals(in_test: bool) -> impl Iterator<Item = Proposal> {
    reached(move |reach| in_test || reach != Reach::Tests)
}

/// What the language brings to a template.
pub(super) fn globals_of_templates() -> impl Iterator<Item = Proposal> {
    reached(|reach| reach == Reach::Everywhere)
}

fn reached(wanted: impl Fn(Reach) -> bool) -> impl Iterator<Item = Proposal> {
    let reached = prelude::GLOBALS.iter().filter(move |global| wanted(global.reach));
    reached.map(|global| {
        let text =
            GLOBALS.iter().find(|(name, _)| *name == global.name).map_or(global.name, |(_, text)| text);
        Proposal::new(global.name, ProposalKind::Function, 2).docs(global.docs).snippet(text)
    })
}

/// Words of the language as proposals.
pub(super) fn all(words: &[Word], kind: ProposalKind, rank: u8) -> impl Iterator<Item = Proposal> + '_ {
    words.iter().map(move |(name, text, docs)| {
        let proposal = Proposal::new(*name, kind, rank).docs(*docs);
        if text == name { proposal } else { proposal.snippet(*text) }
    })
}

/// The words that lines of a block begin with, by the item around and whether the block is its own, and whether anything
/// else can stand there.
pub(super) fn of_block(item: Option<(Token, bool)>) -> (Vec<&'static [Word]>, bool) {
    match item {
        Some((Token::Component, true)) => (vec![&STATEMENTS, &DECLARING, &COMPONENT], true),
        Some((Token::Policy, true)) => (vec![&STATEMENTS, &DECLARING, &POLICY], true),
        Some((Token::Component | Token::Policy, false)) => (vec![&STATEMENTS, &DECLARING], true),
        Some((Token::Test, true)) => (vec![&TEST], false),
        Some((Token::Guard, true)) => (vec![&GUARD], false),
        Some((Token::Rollout, true)) => (vec![&ROLLOUT], false),
        Some((Token::Resource, true)) => (vec![&RESOURCE], false),
        // Names that are made up.
        Some((Token::Record | Token::Enum | Token::Labels, true)) => (Vec::new(), false),
        _ => (vec![&STATEMENTS], true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mc_syntax::{WORDS as ALL, WordPlace};

    /// A word of the language that is forgotten here is never proposed.
    #[test]
    fn every_word_that_begins_a_line_is_proposed() {
        let first = |words: &[Word]| -> Vec<&str> { words.iter().map(|(name, ..)| *name).collect() };
        let declaring = [first(&DECLARING), first(&COMPONENT), first(&POLICY)].concat();
        let proposed = [
            (WordPlace::Declaration, first(&ITEMS)),
            (WordPlace::Statement, declaring),
            (WordPlace::Schema, first(&RESOURCE)),
            (WordPlace::Guard, first(&GUARD)),
            (WordPlace::Rollout, first(&ROLLOUT)),
            (WordPlace::Test, first(&TEST)),
        ];
        // They stand behind another word.
        let inner = ["limit", "when", "accepts secret", "protocol"];
        for (place, words) in ALL {
            let Some((_, known)) = proposed.iter().find(|(of, _)| of == place) else { continue };
            for word in words.iter().filter(|word| !inner.contains(word)) {
                assert!(known.contains(word), "`{word}` of {place:?}");
            }
        }
    }
}

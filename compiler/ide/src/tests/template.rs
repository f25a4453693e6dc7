//! Templates have the features of modules.

use crate::fixture::Fixture;
use crate::{
    Hints, Symbol, call_help, completion, definition, document_symbols, folds, highlights, hints, hover,
    implementations, incoming_calls, linked, prepare_calls, prepare_rename, prepare_types, references,
    selections, semantic_names, type_definition,
};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package;
use mc_syntax::Span;

const MAIN: &str = "\
//- src/main.mc
import std.fs.File
record Site { name: HostName, port: Int = 80 }
policy web { File \"/a\" { content = template(\"a.mct\", sites = []) } }
//- templates/a.mct
";

/// The first proposals as `label | text | detail`.
fn check(template: &str, expected: &Expect) {
    let fixture = Fixture::new(&format!("{MAIN}{template}"));
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = completion(&fixture.db, file, offset).map(|found| found.proposals);
    let lines: Option<Vec<String>> = found.map(|found| {
        found.iter().take(9).map(|p| format!("{} | {} | {}", p.label, p.text, p.detail)).collect()
    });
    expected.assert_eq(&lines.map_or_else(|| "none".to_owned(), |lines| lines.join("\n")));
}

#[test]
fn tags_begin_with_a_word() {
    let tags = expect![[r#"
            for | for ${1:item} in ${2:items} | 
            if | if ${1:condition} | 
            match | match ${1:value} | 
            param | param ${1:name}: ${2:String} | 
            case | case ${1:pattern} | 
            else | else | 
            end | end | "#]];
    check("%{ param sites: List<Site> }\n%{ $0", &tags);
    check("%{ param sites: List<Site> }\n%{ f$0 }\nx\n", &tags);
}

#[test]
fn a_hole_knows_the_parameters() {
    check(
        "%{ param sites: List<Site> }\n%{ for site in sites }\n${$0}\n%{ end }\n",
        &expect![[r#"
            site | site | Site
            sites | sites | List<Site>
            Site | Site { $0 } | 
            fail | fail("$0") | 
            ini | ini($0) | 
            json | json($0) | 
            range | range(${1:0}, $0) | 
            toml | toml($0) | 
            yaml | yaml($0) | "#]],
    );
    check(
        "%{ param sites: List<Site> }\n%{ for site in $0 }\n%{ end }\n",
        &expect![[r#"
            sites | sites | List<Site>
            Site | Site { $0 } | 
            fail | fail("$0") | 
            ini | ini($0) | 
            json | json($0) | 
            range | range(${1:0}, $0) | 
            toml | toml($0) | 
            yaml | yaml($0) | 
            false | false | "#]],
    );
}

#[test]
fn members_of_a_value() {
    check(
        "%{ param sites: List<Site> }\n\"%{ for site in sites }\n\"${site.$0}\n%{ end }\n",
        &expect![[r#"
        name | name | HostName
        port | port | Int"#]],
    );
}

#[test]
fn types_of_parameters() {
    check(
        "%{ param sites: Si$0 }\n",
        &expect![[r#"
            File | File | from `std.fs`
            Site | Site | 
            AbsPath | AbsPath | 
            AnyRef | AnyRef | 
            Blob | Blob | 
            Bool | Bool | 
            Bytes | Bytes | 
            Cidr | Cidr | 
            Duration | Duration | "#]],
    );
}

#[test]
fn a_text_has_no_names() {
    check("%{ param sites: List<Site> }\nab$0c ${sites.len()}\n", &expect!["none"]);
    check("%{ param sites: List<Site> }\n$${si$0}\n", &expect!["none"]);
}

#[test]
fn what_is_between_tags_folds() {
    let template = "%{ param a: Bool }\n%{ if a }\none\n%{ else }\n%{ for x in [1] }\n${x}\n%{ end }\n%{ end }\n%{ if                     a }%{ end }\n%{ for";
    let fixture = Fixture::new(&format!("{MAIN}{template}\n"));
    let file = package::file(&fixture.db, Utf8Path::new("templates/a.mct")).expect("in the package");
    let line = |at: u32| file.text(&fixture.db)[..at as usize].matches('\n').count() + 1;
    let found = folds(&fixture.db, file);
    let lines: Vec<String> =
        found.iter().map(|fold| format!("{}-{}", line(fold.range.start), line(fold.range.end))).collect();
    assert_eq!(lines, ["2-4", "4-8", "5-7"]);
}

#[test]
fn a_template_cut_off_anywhere_is_answered() {
    let template = "%{ param sites: List<Site> = [] }\n%{ for i, site in sites.indexed() }\n\"${site.name} é😀 $${x}\n%{ if \
         i > 1 }${\"x${i}\"}\n%{ else }\n%{ match i }%{ case 1 }a%{ end }\n%{ end }\n%{ end }\n";
    let mut fixture = Fixture::new(&format!("{MAIN}{template}"));
    let path = Utf8Path::new("templates/a.mct");
    for end in (0..=template.len()).filter(|end| template.is_char_boundary(*end)) {
        package::set_text(&mut fixture.db, path, &template[..end]);
        let file = package::file(&fixture.db, path).expect("in the package");
        for offset in (end.saturating_sub(12)..=end + 1).map(|offset| offset as u32) {
            if let Some(found) = completion(&fixture.db, file, offset) {
                assert!(
                    found.replaced.touches(offset) && found.replaced.end as usize <= end,
                    "{end}: {offset}"
                );
            }
        }
        for fold in folds(&fixture.db, file) {
            assert!(fold.range.start <= fold.range.end && fold.range.end as usize <= end, "{end}");
        }
        outline(&document_symbols(&fixture.db, file), 0, &mut String::new());
        for offset in (end.saturating_sub(12)..=end).filter(|at| template.is_char_boundary(*at)) {
            let offset = offset as u32;
            assert!(selections(&fixture.db, file, offset).iter().all(|span| span.touches(offset)), "{end}");
            hover(&fixture.db, file, offset);
            call_help(&fixture.db, file, offset);
            type_definition(&fixture.db, file, offset);
        }
    }
}

/// A package whose templates have something of every kind.
const RICH: &str = "\
//- src/main.mc
import std.fs.File
enum Tls { Off, On, Managed { cert: AbsPath, key: AbsPath } }
record Site { name: HostName, port: Int = 80, tls: Tls = .Off }
/// The address of a site.
fn url(site: Site, scheme: String = \"http\") -> String { \"${scheme}://${site.name}\" }
let hidden = 1
policy web { File \"/a\" { content = template(\"a.mct\", sites = [Site { name = \"a.example\" }]) } }
//- templates/a.mct
%{ param sites: List<Site> }
";

fn rich(template: &str) -> (Fixture, mc_compiler::File, u32) {
    let fixture = Fixture::new(&format!("{RICH}{template}"));
    let (file, offset) = fixture.cursor.expect("a cursor");
    (fixture, file, offset)
}

fn proposed(template: &str) -> Vec<String> {
    let (fixture, file, offset) = rich(template);
    let found = completion(&fixture.db, file, offset).map(|found| found.proposals).unwrap_or_default();
    found.into_iter().map(|proposal| proposal.text).collect()
}

#[test]
fn a_hole_knows_what_the_root_module_has() {
    let found = proposed("${$0}\n");
    for known in ["sites", "url($0)", "Site", "Tls", "true", "none"] {
        assert!(found.iter().any(|text| text.starts_with(known)), "{known}: {found:?}");
    }
    for unknown in
        ["hidden", "facts", "labels", "secret", "load", "File", "web", "self", "policy", "if", "plan"]
    {
        assert!(!found.iter().any(|text| text.starts_with(unknown)), "{unknown}: {found:?}");
    }
}

#[test]
fn variants_of_what_is_expected() {
    let tls = ["Managed { cert = $1, key = $2 }$0", "Off", "On"];
    assert_eq!(proposed("%{ for s in sites }%{ if s.tls == .$0 }\n%{ end }%{ end }\n"), tls);
    let found = proposed("%{ for s in sites }%{ if s.tls == $0 }\n%{ end }%{ end }\n");
    assert!(found.contains(&".On".to_owned()), "{found:?}");
    assert_eq!(proposed("${Tls.$0}\n"), tls);
}

#[test]
fn cases_are_the_variants_that_are_left() {
    let within = |tags: &str| proposed(&format!("%{{ for s in sites }}\n{tags}%{{ end }}\n"));
    let all = [".Managed { cert, key }", ".Off", ".On", "_"];
    assert_eq!(within("%{ match s.tls }\n%{ case $0 }\n%{ end }\n"), all);
    assert_eq!(within("%{ match s.tls }\n%{ case .Off }\n%{ case $0\n%{ end }\n"), [all[0], all[2], all[3]]);
    assert_eq!(
        within("%{ match s.tls }\n%{ case .Off }\n%{ case .$0 }\n%{ end }\n"),
        ["Managed { cert, key }", "On"]
    );
    // With a condition a case leaves something of its variant.
    let found = within("%{ match s.tls }\n%{ case .Off if s.port > 1 }\n%{ case .$0 }\n%{ end }\n");
    assert_eq!(found.len(), 3);
    assert_eq!(within("%{ match s.port > 1 }\n%{ case $0 }\n%{ end }\n"), ["false", "true", "_"]);
    // Behind `if` stands an expression.
    let found = within("%{ match s.tls }\n%{ case .Off if $0 }\n%{ end }\n");
    assert!(found.contains(&"sites".to_owned()), "{found:?}");
}

#[test]
fn tags_that_fit_come_first() {
    let first = |template: &str| {
        let (fixture, file, offset) = rich(template);
        let found = completion(&fixture.db, file, offset).expect("in a tag").proposals;
        found.into_iter().filter(|p| p.rank == 0).map(|p| p.label).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(first("%{ $0 }\n"), "for if match param");
    assert_eq!(first("%{ for s in sites }\n%{ $0 }\n"), "end for if match");
    assert_eq!(first("%{ if true }\n%{ $0 }\n%{ end }\n"), "else end for if match");
    assert_eq!(first("%{ match sites.len() }\n%{ case 1 }\n%{ $0\n"), "case end for if match");
}

#[test]
fn fields_of_a_record_that_is_made() {
    let found = proposed("${url(Site { $0 })}\n");
    assert!(found.iter().any(|text| text.starts_with("name = ")), "{found:?}");
}

#[test]
fn every_expression_has_a_hover() {
    let shown = |template: &str| {
        let (fixture, file, offset) = rich(template);
        hover(&fixture.db, file, offset).map_or_else(
            || "none".to_owned(),
            |hover| {
                let range = hover.range.start as usize..hover.range.end as usize;
                format!("{}: {}", &file.text(&fixture.db)[range], hover.markdown.replace('\n', " "))
            },
        )
    };
    let found = [
        shown("${sites.len() $0+ 1}\n"),
        shown("%{ for s in sites }${s.port $0* 2}%{ end }\n"),
        shown("%{ if sites.len() >$0 1 }\nsome\n%{ end }\n"),
        shown("${u$0rl(sites.first()!)}\n"),
        shown("%{ for s$0 in sites }%{ end }\n"),
        shown("$${a +$0 1}\n"),
        shown("a +$0 b ${sites.len()}\n"),
        shown("%{ $0if true }\nx\n%{ end }\n"),
    ];
    expect![[r#"
        sites.len() + 1: ```masterchef Int ```  as late as `sites`  Value: `2`
        s.port * 2: ```masterchef Int ```  as late as `sites`  Value: `160`
        sites.len() > 1: ```masterchef Bool ```  as late as `sites`  Value: `false`
        url: ```masterchef fn url(site: Site, scheme: String = "http") -> String ```  The address of a site.
        s: ```masterchef let s: Site ```  as late as `sites`
        none
        none
        none"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn calls_show_what_they_take() {
    let shown = |template: &str| {
        let (fixture, file, offset) = rich(template);
        let help = call_help(&fixture.db, file, offset)?;
        Some(format!("{} [{:?}]", help.label, help.active))
    };
    let url = "fn url(site: Site, scheme: String = \"http\") -> String";
    for (template, active) in [
        ("%{ for s in sites }${url($0)}%{ end }\n", Some(0_u32)),
        ("%{ for s in sites }${url(s, $0)}%{ end }\n", Some(1)),
        ("say \" (a ${url(scheme = $0\n", Some(1)),
    ] {
        assert_eq!(shown(template), Some(format!("{url} [{active:?}]")), "{template}");
    }
    assert!(shown("%{ if sites.map($0) }\n%{ end }\n").is_some_and(|help| help.starts_with("map(")));
    assert_eq!(shown("url($0) ${sites.len()}\n"), None, "a text calls nothing");
    assert_eq!(shown("${url(sites.first()} ($0)\n"), None, "what another hole opens ends with it");
}

fn outline(symbols: &[Symbol], depth: usize, out: &mut String) {
    for symbol in symbols {
        let detail = if symbol.detail.is_empty() { String::new() } else { format!(": {}", symbol.detail) };
        out.push_str(&format!("{}{:?} {}{detail}\n", "  ".repeat(depth), symbol.kind, symbol.name));
        let (range, name) = (symbol.range, symbol.selection);
        assert!(range.start <= name.start && name.end <= range.end);
        for child in &symbol.children {
            assert!(
                range.start <= child.range.start && child.range.end <= range.end,
                "{child:?} in {range:?}"
            );
        }
        outline(&symbol.children, depth + 1, out);
    }
}

#[test]
fn the_outline_has_parameters_and_tags() {
    let (fixture, file, _) = rich(
        "%{ param title: String = \"a\" }\n%{ for s in sites }\n%{ if s.port > 1 }\na\n%{ else if s.port < 0 }\nb\n%{ else }\n%{ match s.tls }\n%{ case .Off }\nc\n%{ case _ }\n%{ for x in sites }${x.name}%{ end }\n%{ end }\n%{ end }\n%{ end }\n%{ end }\n%{ if tr$0",
    );
    let mut out = String::new();
    outline(&document_symbols(&fixture.db, file), 0, &mut out);
    expect![[r#"
        Parameter sites: List<Site>
        Parameter title: String
        Tag for s in sites
          Tag if s.port > 1
            Tag else if s.port < 0
            Tag else
              Tag match s.tls
                Tag case .Off
                Tag case _
                  Tag for x in sites
        Tag if tr
    "#]]
    .assert_eq(&out);
}

#[test]
fn selections_grow_to_the_hole_and_the_tags() {
    let grown = |template: &str| {
        let (fixture, file, offset) = rich(template);
        let text = file.text(&fixture.db);
        let found = selections(&fixture.db, file, offset);
        let texts = found.iter().map(|span| &text[span.start as usize..span.end as usize]);
        texts.map(|text| format!("{text:?}")).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        "port"
        "s.port"
        "s.port + 1"
        "${ s.port + 1 }"
        "\na ${ s.port + 1 } b\n"
        "%{ for s in sites }\na ${ s.port + 1 } b\n%{ end }"
        "%{ param sites: List<Site> }\n%{ for s in sites }\na ${ s.port + 1 } b\n%{ end }\nc\n""#]]
    .assert_eq(&grown("%{ for s in sites }\na ${ s.po$0rt + 1 } b\n%{ end }\nc\n"));
    expect![[r#"
        "word"
        "listen word;"
        "\nlisten word;\n"
        "%{ else }\nlisten word;\n"
        "%{ if true }\na\n%{ else }\nlisten word;\n%{ end }"
        "%{ param sites: List<Site> }\n%{ if true }\na\n%{ else }\nlisten word;\n%{ end }\n""#]]
    .assert_eq(&grown("%{ if true }\na\n%{ else }\nlisten wo$0rd;\n%{ end }\n"));
    expect![[r#"
        "sites"
        "for s in sites"
        "%{ for s in sites }"
        "%{ for s in sites }\na\n%{ end }"
        "%{ param sites: List<Site> }\n%{ for s in sites }\na\n%{ end }\n""#]]
    .assert_eq(&grown("%{ for s in si$0tes }\na\n%{ end }\n"));
}

#[test]
fn hints_stand_in_holes() {
    let (fixture, file, _) = rich("%{ for s in sites }${url(s, \"https\")} (a, b)\n%{ end }\n$0");
    let wanted = Hints { types: true, phases: true, parameters: true, edges: true };
    let text = file.text(&fixture.db);
    let found = hints(&fixture.db, file, Span::new(0, text.len() as u32), wanted);
    let mut shown = text.clone().to_string();
    for hint in found.iter().rev() {
        shown.insert_str(hint.offset as usize, &format!("[{}]", hint.label));
    }
    expect![[r#"
        %{ param sites: List<Site> }
        %{ for s[: Site] in sites }${url([site =]s, [scheme =]"https")} (a, b)
        %{ end }
    "#]]
    .assert_eq(&shown);
}

/// What else modules have: each of these has something to say in a template.
#[test]
fn names_in_templates_have_the_features_of_names() {
    let template = "%{ for site in sites }${url(si$0te)}\n%{ end }\n%{ param other: Site }\n";
    let (fixture, file, offset) = rich(template);
    let db = &fixture.db;
    let text = file.text(db);
    let at = |needle: &str| text.find(needle).expect("there") as u32 + 1;
    assert_eq!(definition(db, file, offset).len(), 1);
    assert_eq!(highlights(db, file, offset).len(), 2);
    assert_eq!(linked(db, file, offset).len(), 2);
    assert!(prepare_rename(db, file, offset).is_ok());
    let site = type_definition(db, file, offset);
    assert_eq!(site.first().map(|at| at.file.path(db).as_str()), Some("src/main.mc"));
    assert_eq!(type_definition(db, file, at("url(")), [], "a text is made of nothing");
    let (other, at_other, offset_there) = rich("${[Tls.O$0n]}\n");
    assert_eq!(
        type_definition(&other.db, at_other, offset_there).len(),
        1,
        "what fills a hole is no text yet"
    );
    // A function, used by a template alone.
    assert_eq!(references(db, file, at("url(")).len(), 2);
    assert_eq!(implementations(db, file, at("Site")).len(), 1);
    assert!(prepare_types(db, file, at("Site")).is_some());
    let function = prepare_calls(db, file, at("url(")).expect("a function");
    let calls = incoming_calls(db, function.file, function.selection.start);
    let shown: Vec<String> =
        calls.iter().map(|call| format!("{} {}", call.node.name, call.places.len())).collect();
    assert_eq!(shown, ["a.mct 1"]);
    assert!(semantic_names(db, file, Span::new(0, text.len() as u32)).len() > 5);
}

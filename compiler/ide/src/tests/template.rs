//! Templates have the features of modules.

use crate::fixture::Fixture;
use crate::{completion, folds};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package;

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
        found.iter().take(8).map(|p| format!("{} | {} | {}", p.label, p.text, p.detail)).collect()
    });
    expected.assert_eq(&lines.map_or_else(|| "none".to_owned(), |lines| lines.join("\n")));
}

#[test]
fn tags_begin_with_a_word() {
    check(
        "%{ param sites: List<Site> }\n%{ $0",
        &expect![[r#"
        case | case ${1:pattern} | 
        else | else | 
        end | end | 
        for | for ${1:item} in ${2:items} | 
        if | if ${1:condition} | 
        match | match ${1:value} | 
        param | param ${1:name}: ${2:String} | "#]],
    );
    check(
        "%{ param sites: List<Site> }\n%{ f$0 }\nx\n",
        &expect![[r#"
        case | case ${1:pattern} | 
        else | else | 
        end | end | 
        for | for ${1:item} in ${2:items} | 
        if | if ${1:condition} | 
        match | match ${1:value} | 
        param | param ${1:name}: ${2:String} | "#]],
    );
}

#[test]
fn a_hole_knows_the_parameters() {
    check(
        "%{ param sites: List<Site> }\n%{ for site in sites }\n${$0}\n%{ end }\n",
        &expect![[r#"
        site | site | Site
        sites | sites | List<Site>"#]],
    );
    check(
        "%{ param sites: List<Site> }\n%{ for site in $0 }\n%{ end }\n",
        &expect!["sites | sites | List<Site>"],
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
        Cidr | Cidr | "#]],
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
    }
}

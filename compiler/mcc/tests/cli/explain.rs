use crate::session::Session;
use expect_test::expect;

#[test]
fn a_page_is_shown() {
    let session = Session::new();
    let run = session.run(&["explain", "MC0203"]);
    run.ok();
    let page = include_str!("../../../../docs/diagnostics/MC0203.md");
    assert_eq!(run.stdout, page);
    assert_eq!(session.run(&["explain", "mc0203"]).stdout, page);
    assert_eq!(session.run(&["explain", "error[MC0203]"]).stdout, page);
}

#[test]
fn an_unknown_code_gets_the_nearest() {
    let session = Session::new();
    expect![[r#"
        $ mcc explain MC0299
        -- stderr
        error: there is no page for the code `MC0299`
          help: the nearest is MC0209: something is named that cannot stand here
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["explain", "MC0299"]));
    expect![[r#"
        $ mcc explain nonsense
        -- stderr
        error: there is no page for the code `nonsense`
          help: codes look like `MC0203`
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["explain", "nonsense"]));
}

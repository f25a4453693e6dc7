use crate::session::Session;
use expect_test::expect;

#[test]
fn what_makes_no_sense_ends_with_2() {
    let session = Session::new();
    for arguments in [
        &["--nonsense"][..],
        &["chekc"],
        &["check", "--nonsense"],
        &["check", "--format", "xml"],
        &["build"],
        &["build", "-o", "x.mcb"],
        &["build", "-o", "x.mcb", "--key", "k", "--epoch", "many"],
        &["verify", "x.mcb"],
        &["inspect"],
        &["inspect", "x.mcb", "--format", "xml"],
        &["key"],
        &["key", "new"],
        &["new"],
        &["explain"],
        &["lsp", "--tcp"],
        &[],
    ] {
        let run = session.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_misspelled_command_is_recognised() {
    let session = Session::new();
    expect![[r#"
        $ mcc chekc
        -- stderr
        error: unrecognized subcommand 'chekc'

          tip: a similar subcommand exists: 'check'

        Usage: mcc <COMMAND>

        For more information, try '--help'.
        -- status 2
    "#]]
    .assert_eq(&session.transcript(&["chekc"]));
}

#[test]
fn help_and_version_are_answers() {
    let session = Session::new();
    expect![[r#"
        $ mcc --help
        Compile, sign and look into Masterchef packages

        Exit status: 0 done, 1 the source is wrong, 2 usage, 3 environment (a file is missing, the disk is full), 4 the bundle is refused.

        Usage: mcc <COMMAND>

        Commands:
          key      Make signing keys
          new      Make a package with one policy that builds as it is
          vendor   Fetch what the package needs into `vendor/`, and lock it
          check    Report everything that is wrong with a package
          lint     Report what a package may say, and better would not
          test     Run the tests of a package, without any host
          fmt      Write sources in the one style
          build    Compile a package and sign the bundle
          verify   Check that a bundle is whole, valid now and signed by a trusted key
          inspect  Show what is in a bundle, without asking whether it can be trusted
          graph    Draw what comes before what, and why
          diff     Show what is different between two bundles or packages
          why      Say where the value of an attribute comes from
          doc      Write pages about a package from its documentation comments
          explain  Explain the code of a message, with a wrong and a right example
          lsp      Start the language server, `mc-lsp`
          help     Print this message or the help of the given subcommand(s)

        Options:
          -h, --help
                  Print help (see a summary with '-h')

          -V, --version
                  Print version
        -- status 0
    "#]].assert_eq(&session.transcript(&["--help"]));
    expect![[r#"
        $ mcc build --help
        Compile a package and sign the bundle

        Usage: mcc build [OPTIONS] --output <OUT.mcb> --key <FILE> [PACKAGE]

        Arguments:
          [PACKAGE]  The package's folder [default: .]

        Options:
          -o, --output <OUT.mcb>  The bundle to write; an old one is replaced as a whole
              --key <FILE>        The key to sign with; an encrypted one asks for its passphrase, or reads it from the file named by MC_KEY_PASSPHRASE_FILE
              --locked            Fail where the lock is missing, too; one that is behind the packages is an error in any case
          -h, --help              Print help

        Release:
              --stream <S>            The stream it belongs to [default: the one in the manifest, or the package's name]
              --epoch <N>             The stream's epoch [default: 1]
              --sequence <N>          Its place in the stream, which only goes up [default: the time of `--issued` in milliseconds]
              --issued <RFC3339>      When it is issued [default: SOURCE_DATE_EPOCH, or now]
              --not-before <RFC3339>  From when on it is valid [default: when it is issued]
              --expires <D>           How long it is valid, counted from then [default: 7d]
              --audience <HOST>       A host that it is for; may be repeated [default: whoever the policies select]
        -- status 0
    "#]].assert_eq(&session.transcript(&["build", "--help"]));
    expect![[r#"
        $ mcc --version
        mcc 0.1.0
        -- status 0
    "#]]
    .assert_eq(&session.transcript(&["--version"]));
}

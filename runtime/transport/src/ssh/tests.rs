use super::*;

#[test]
fn the_remote_command_survives_any_login_shell() {
    for script in [LOGIN, BOOTSTRAP] {
        let line = one_line(script);
        let dangerous = line.chars().find(|character| matches!(character, '\'' | '!' | '\\' | '\n' | '\r'));
        assert_eq!(dangerous, None, "{line}");
        // In the middle of a line a comment would swallow the rest.
        let comment = line.replace("##*.", "").contains('#');
        assert!(line.is_ascii() && !comment, "{line}");
    }
}

fn prepared(bytes: &[u8]) -> String {
    let mut elf = b"\x7fELF\x02\x01".to_vec();
    elf.resize(18, 0);
    elf.extend([62, 0]);
    let Ok(agent) = AgentProgram::new(elf.clone()) else { return "no agent".to_owned() };
    let mut output = Vec::new();
    let mut stage = Stage::Connecting;
    let mut input = bytes;
    let result = prepare(&mut stage, &mut input, &mut output, &agent);
    assert!(output.is_empty() || output == elf, "something else was sent");
    let rest = String::from_utf8_lossy(input);
    format!("{stage:?} {result:?} sent {} left {rest:?}", output.len())
}

#[test]
fn the_bootstrap_is_read_line_by_line() {
    let lines = |lines: &[&str]| lines.iter().map(|line| format!("{MARKER}{line}\n")).collect::<String>();
    let check = |text: &str, expected: &str| assert_eq!(prepared(text.as_bytes()), expected);
    let login = "login";
    check(
        &format!("Welcome\n{}\u{1}agent", lines(&[login, "host Linux x86_64 have", "exec"])),
        "Executed Ok(false) sent 0 left \"\\u{1}agent\"",
    );
    check(&lines(&[login, "host Linux x86_64 need", "exec"]), "Executed Ok(true) sent 20 left \"\"");
    check(
        &lines(&[login, "host Linux aarch64 need"]),
        "Root Err(OtherMachine { agent: \"x86_64\", host: \"Linux aarch64\" }) sent 0 left \"\"",
    );
    check(
        &lines(&[login, "host Linux x86_64 need", "failed 3 bytes came of 20"]),
        "Root Err(Failed(\"3 bytes came of 20\")) sent 20 left \"\"",
    );
    check(&lines(&[login]), "LoggedIn Err(Ended) sent 0 left \"\"");
    check("", "Connecting Err(Ended) sent 0 left \"\"");
    check(&lines(&[login, login]), "LoggedIn Err(Garbage) sent 0 left \"\"");
    check(&lines(&["exec"]), "Connecting Err(Garbage) sent 0 left \"\"");
    check(&lines(&[login, "exec"]), "LoggedIn Err(Garbage) sent 0 left \"\"");
    check(&lines(&[login, "host Linux x86_64 maybe"]), "LoggedIn Err(Garbage) sent 0 left \"\"");
}

/// Counts what is taken of an endless line.
struct Endless(u64);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        buffer.fill(b'x');
        self.0 += u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_line_is_not_read_to_its_end() {
    let mut input = BufReader::new(Endless(0));
    let mut left = MAX_PREFACE;
    assert!(matches!(marked_line(&mut input, &mut left), Err(Obstacle::Garbage)));
    assert!(input.into_inner().0 <= 2 * MAX_PREFACE);
}

fn diagnosed(stage: Stage, status: Option<i32>, stderr: &str) -> &'static str {
    diagnosis::diagnose(stage, &Ending { status, stderr: stderr.to_owned() }, None).name()
}

#[test]
fn endings_are_told_apart() {
    use Stage::{Connecting, Executed, Greeted, LoggedIn, Root};
    let own = Some(255);
    assert_eq!(
        diagnosed(Connecting, own, "ssh: Could not resolve hostname x: Name or service not known\n"),
        "unreachable"
    );
    assert_eq!(diagnosed(Connecting, own, ""), "unreachable");
    assert_eq!(diagnosed(Connecting, None, ""), "unreachable");
    assert_eq!(diagnosed(Connecting, own, "WARNING: REVOKED HOST KEY DETECTED!\n"), "host-key-changed");
    assert_eq!(
        diagnosed(
            Connecting,
            own,
            "Received disconnect from 10.0.0.1: 2: Too many authentication failures\n"
        ),
        "login-refused"
    );
    assert_eq!(diagnosed(Connecting, Some(1), "This account is not available.\n"), "not-started");
    assert_eq!(diagnosed(LoggedIn, Some(1), "sudo: a password is required\n"), "sudo-refused");
    assert_eq!(diagnosed(LoggedIn, Some(127), "sh: sudo: not found\n"), "sudo-refused");
    assert_eq!(diagnosed(LoggedIn, own, "Connection closed\n"), "cut");
    assert_eq!(diagnosed(Root, Some(2), "sh: syntax error\n"), "not-started");
    assert_eq!(diagnosed(Root, own, ""), "cut");
    assert_eq!(diagnosed(Executed, Some(126), "sh: permission denied\n"), "not-started");
    assert_eq!(diagnosed(Executed, Some(2), "error: unknown command\n"), "agent-died");
    assert_eq!(diagnosed(Greeted, own, "Timeout, server 10.0.0.1 not responding.\n"), "cut");
    assert_eq!(diagnosed(Greeted, Some(137), ""), "agent-died");
    // Only what ssh itself can have said counts.
    assert_eq!(diagnosed(LoggedIn, Some(1), "REMOTE HOST IDENTIFICATION HAS CHANGED"), "sudo-refused");
}

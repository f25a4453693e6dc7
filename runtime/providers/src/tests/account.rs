//! Users.

use std::time::Duration;

use mc_engine::host::fake::{FakeFile, exited};
use mc_engine::host::{Identity, ProcessOutput};
use mc_plan::value::Value;

use super::{Resource, Rig, message, resource, text, texts};

/// uid, group, groups, home, create_home, shell, system
fn user(name: &str, set: &[(usize, Option<Value>)]) -> Resource {
    let mut resource =
        resource(name, [None, None, None, None, Some(Value::Bool(false)), None, Some(Value::Bool(false))]);
    for (at, value) in set {
        resource.desired[*at] = value.clone();
    }
    resource
}

fn rig() -> Rig {
    let rig = Rig::new("std.user.User");
    rig.host.put("/etc/group", FakeFile::regular("root:x:0:\nadm:x:4:\nwww:x:33:\nstaff:x:50:web\n"));
    rig
}

/// A host whose tools write this `passwd` line and this `group` file.
fn tool(rig: &Rig, name: &str, passwd: &'static str, group: &'static str) {
    rig.host.program(name, Duration::ZERO, move |world, _| {
        let root = "root:x:0:0:root:/root:/bin/sh\n";
        world.files.insert("/etc/passwd".to_owned(), FakeFile::regular(format!("{root}{passwd}\n")));
        world.files.insert(
            "/etc/group".to_owned(),
            FakeFile::regular(format!("root:x:0:\nadm:x:4:\nwww:x:33:\n{group}\n")),
        );
        exited(0, "")
    });
}

fn arguments(rig: &Rig, resource: &Resource) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    for program in ["useradd", "usermod"] {
        let sender = std::sync::Mutex::new(sender.clone());
        rig.host.program(program, Duration::ZERO, move |_, argv| {
            let _ = sender.lock().map(|sender| sender.send(argv.join(" ")));
            exited(0, "")
        });
    }
    rig.apply(resource).expect("it can be applied");
    receiver.try_recv().unwrap_or_default()
}

#[test]
fn a_user_is_made_with_everything_that_is_managed() {
    let full = user(
        "web",
        &[
            (0, Some(Value::Int(900))),
            (1, text("www")),
            (2, texts(["adm", "staff"])),
            (3, text("/srv/web")),
            (4, Some(Value::Bool(true))),
            (5, text("/bin/sh")),
            (6, Some(Value::Bool(true))),
        ],
    );
    assert_eq!(
        rig().changes(&full),
        "exists: - -> a user\nuid: - -> 900\ngroup: - -> www\ngroups: - -> adm, staff\nhome: - -> /srv/web\n\
         shell: - -> /bin/sh"
    );
    assert_eq!(
        arguments(&rig(), &full),
        "useradd --uid 900 --gid www --groups adm,staff --home-dir /srv/web --shell /bin/sh --create-home \
         --system -- web"
    );
    assert_eq!(arguments(&rig(), &user("web", &[])), "useradd --user-group --no-create-home -- web");
    // A group of that name is there already: it is the user's own.
    assert_eq!(arguments(&rig(), &user("www", &[])), "useradd --gid www --no-create-home -- www");
}

#[test]
fn drift_of_each_property_is_seen_and_mended() {
    let cases: [(usize, Option<Value>, &str, &str); 5] = [
        (0, Some(Value::Int(900)), "uid: 901 -> 900", "usermod --uid 900 -- web"),
        (1, text("www"), "group: staff -> www", "usermod --gid www -- web"),
        (2, texts(["adm", "staff"]), "groups: - -> adm", "usermod --groups adm --append -- web"),
        (3, text("/srv"), "home: /home/web -> /srv", "usermod --home /srv -- web"),
        (5, text("/bin/sh"), "shell: /bin/false -> /bin/sh", "usermod --shell /bin/sh -- web"),
    ];
    for (at, value, change, argv) in cases {
        let rig = rig();
        rig.host.put("/etc/passwd", FakeFile::regular("web:x:901:50::/home/web:/bin/false\n"));
        let web = user("web", &[(at, value)]);
        assert_eq!(rig.changes(&web), change);
        assert_eq!(arguments(&rig, &web), argv);
    }
}

#[test]
fn converges_and_is_then_left_alone() {
    let rig = rig();
    tool(&rig, "useradd", "web:x:900:900::/home/web:/bin/sh", "web:x:900:\nstaff:x:50:web");
    let web = user("web", &[(2, texts(["staff"]))]);
    rig.converge(&web);
    assert_eq!(rig.read(&web).unwrap().outputs, [Some(Value::Int(900))]);
    rig.apply(&web).unwrap();
    assert_eq!(rig.host.take_transcript().len(), 1);
}

#[test]
fn failures_say_why() {
    let rig = rig();
    assert_eq!(
        message(rig.apply(&user("web", &[(1, text("none"))]))),
        "Failed: there is no group `none` on this host"
    );
    rig.host.program("useradd", Duration::ZERO, |_, _| ProcessOutput {
        stderr: b"useradd: cannot lock /etc/passwd\n".to_vec(),
        ..exited(1, "")
    });
    assert_eq!(
        message(rig.apply(&user("web", &[]))),
        "Failed: useradd ended with status 1\nuseradd: cannot lock /etc/passwd"
    );
    assert!(
        message(rig.read(&user("web", &[(0, Some(Value::Int(-1)))]))).starts_with("Failed: -1 is no user id")
    );
    let caller = Identity { uid: 1000, gid: 1000, can_chown: false, rooted: false };
    let rig = Rig::new("std.user.User").identity(caller);
    assert_eq!(message(rig.read(&user("web", &[]))), "Refused: only root can manage users");
}

//! What is shown of a plan that has everything.

use expect_test::expect;
use mc_plan::testing;

use super::text::plan_text;
use super::view::plan_view;

/// The text for people, without the edges and without the steps that are like others.
#[test]
fn everything_is_shown() {
    let plan = testing::everything();
    let text = plan_text(&plan_view(&plan, 200));
    let (text, _) = text.split_once("\nedges:").unwrap();
    expect![[r#"

        labels
          role: Role
          env: String = "dev"

        facts
          facts.cpu: Cpu
          facts.os.family: OsFamily
          web.raid: List<String>? from command ["mdadm", "--detail", ""] as lines timeout 5s  (src/main.mc:12:3)
          web.site: String from file "/etc/site" as text  (src/main.mc:13:3)

        policy web  (src/main.mc:1:3)
          select labels.role == .Web
          check "a web host has two cores" fails when labels.role == .Web for disk in web.site  (src/main.mc:98:3)
          prune std.fs.File limit 20  (src/main.mc:101:3)

        policy zone  (src/main.mc:90:3)
          select labels.role == .Web
          fail "web hosts run Debian" when labels.role == .Web  (src/main.mc:97:3)
          prune std.fs.File  (src/main.mc:102:3)

        guard no_world_writable  (src/main.mc:103:3)
          deny std.fs.File when self.mode != none
          message "${self.path} would be world-writable"

        guard restarts  (src/main.mc:103:3)
          require approval from dba on std.fs.File when self.mode != none && change.restarts

        rollout careful of web, zone  (src/main.mc:104:3)
          wave canary: 1 host where labels.role == .Web, then 10m
          wave half: 50%
          wave rest: all that are left
          health http, load
          budget 2.5%

        secrets
          db/password
          tls.key

        instances that the host names
          web/Nginx[name] name, port for disk in web.site for name, port in web.site  (src/main.mc:107:3)
          web/Proxy[site] web.site  (src/main.mc:107:3)

        steps: 3
          File["/srv/files/0000000.conf"]
            by web  (src/main.mc:2:3)
              content = "first\n"
              owner = "root"
              mode = 0o644
            by zone/Nginx["blue"] when labels.role == .Web  (src/main.mc:2:3)
              content = force blob 362a07bbb5c74b982bed644b9f7e298837d7a3a232c964d039bb7e49ebea825f (5 bytes)
              group = default none
              validate = [self.staged]
              timeout 1m30s
              retry 2 every 5s
          web/File["/srv/files/0000001.conf"]
            by web  (src/main.mc:3:3)
              content = <secret db/password>
              owner = defaults "root"
              mode = 0o644
              skip when File["/srv/files/0000000.conf"].sha256 == ""
              approval dba
              tags security, web.tier
          File["/srv/files/0000002.conf"]
            for disk in web.site
            for name, port in web.site
            by web  (src/main.mc:4:3)
              content = "after ${web/File["/srv/files/0000001.conf"].sha256}"
              owner = "root"
              mode = 0o644
    "#]]
    .assert_eq(text);
}

/// A secret is its name, wherever it stands.
#[test]
fn secrets_are_names() {
    let view = serde_json::to_string(&plan_view(&testing::everything(), 1000)).unwrap();
    assert!(view.contains("<secret db/password>"), "{view}");
}

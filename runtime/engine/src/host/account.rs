//! Users and groups from the host's own files. Nothing asks libc for names: a static one would load foreign
//! libraries.

use std::sync::Arc;

use camino::Utf8Path;
use rustc_hash::FxHashMap;

use super::{HostResult, ReadHost};

/// More than this is no user database.
const LIMIT: u64 = 64 << 20;

/// The user database of a host: `passwd` and `group`.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
    user_by_name: FxHashMap<Arc<str>, usize>,
    user_by_id: FxHashMap<u32, usize>,
    group_by_name: FxHashMap<Arc<str>, usize>,
    group_by_id: FxHashMap<u32, usize>,
}

/// A line of `passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: Arc<str>,
    /// User id.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// Home directory.
    pub home: Arc<str>,
    /// Login shell.
    pub shell: Arc<str>,
}

/// A line of `group`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name.
    pub name: Arc<str>,
    /// Group id.
    pub gid: u32,
    /// Login names of the members, apart from those whose primary group it is.
    pub members: Vec<Arc<str>>,
}

impl Accounts {
    /// Reads `/etc/passwd` and `/etc/group` of the host. Missing files are empty.
    pub fn read(host: &dyn ReadHost) -> HostResult<Self> {
        let mut buffer = Vec::new();
        host.read_file(Utf8Path::new("/etc/passwd"), LIMIT, &mut buffer)?;
        let passwd = String::from_utf8_lossy(&buffer).into_owned();
        host.read_file(Utf8Path::new("/etc/group"), LIMIT, &mut buffer)?;
        Ok(Self::parse(&passwd, &String::from_utf8_lossy(&buffer)))
    }

    /// Parses the two files (`passwd(5)`, `group(5)`). Lines that are not in the format are passed over; of
    /// several lines with one name or id the first counts, as in the C library.
    pub fn parse(passwd: &str, group: &str) -> Self {
        let mut accounts = Self::default();
        for line in passwd.lines() {
            let mut field = line.split(':');
            let (Some(name), Some(_), Some(uid), Some(gid)) =
                (field.next(), field.next(), field.next(), field.next())
            else {
                continue;
            };
            let (Ok(uid), Ok(gid)) = (uid.parse(), gid.parse()) else { continue };
            if name.is_empty() {
                continue;
            }
            let home = field.nth(1).unwrap_or_default().into();
            let shell = field.next().unwrap_or_default().into();
            let at = accounts.users.len();
            let name: Arc<str> = name.into();
            accounts.user_by_name.entry(name.clone()).or_insert(at);
            accounts.user_by_id.entry(uid).or_insert(at);
            accounts.users.push(User { name, uid, gid, home, shell });
        }
        for line in group.lines() {
            let mut field = line.split(':');
            let (Some(name), Some(_), Some(gid)) = (field.next(), field.next(), field.next()) else {
                continue;
            };
            let Ok(gid) = gid.parse() else { continue };
            if name.is_empty() {
                continue;
            }
            let members = field
                .next()
                .unwrap_or_default()
                .split(',')
                .filter(|m| !m.is_empty())
                .map(Arc::from)
                .collect();
            let at = accounts.groups.len();
            let name: Arc<str> = name.into();
            accounts.group_by_name.entry(name.clone()).or_insert(at);
            accounts.group_by_id.entry(gid).or_insert(at);
            accounts.groups.push(Group { name, gid, members });
        }
        accounts
    }

    /// The user of this name.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.user_by_name.get(name).and_then(|&at| self.users.get(at))
    }

    /// The user of this id.
    pub fn user_of(&self, uid: u32) -> Option<&User> {
        self.user_by_id.get(&uid).and_then(|&at| self.users.get(at))
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.group_by_name.get(name).and_then(|&at| self.groups.get(at))
    }

    /// The group of this id.
    pub fn group_of(&self, gid: u32) -> Option<&Group> {
        self.group_by_id.get(&gid).and_then(|&at| self.groups.get(at))
    }

    /// The groups in which a user is listed as a member, in the order of the file.
    pub fn memberships<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.members.iter().any(|member| &**member == user))
    }

    /// All users in the order of the file.
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// All groups in the order of the file.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::Accounts;

    #[test]
    fn parses_and_passes_over_what_is_no_line() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/bash\n# note\nwww:x:33:33::/srv:/bin/sh\nbad:x:y:1\n+::::::\nroot2:x:0:0::/:\n",
            "root:x:0:\nweb:x:50:www,root\n:x:1:\n",
        );
        assert_eq!(accounts.users().len(), 3);
        assert_eq!(
            accounts.user("www").map(|u| (u.uid, u.gid, &*u.home, &*u.shell)),
            Some((33, 33, "/srv", "/bin/sh"))
        );
        assert_eq!(accounts.user_of(0).map(|u| &*u.name), Some("root"));
        assert_eq!(accounts.memberships("www").map(|g| g.gid).collect::<Vec<_>>(), [50]);
        assert_eq!(accounts.groups().len(), 2);
        assert!(accounts.user("bad").is_none() && accounts.group("").is_none());
    }
}

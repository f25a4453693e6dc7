//! Facts: what a host finds about itself. Every fact reads what it needs when it is asked for, and no more.

use std::collections::BTreeMap;

use camino::Utf8Path;
use mc_engine::fact::{FactError, FactSource, Finding};
use mc_engine::host::{HostResult, ReadHost};

/// More than this is none of the small files that facts come from.
const LIMIT: u64 = 1 << 20;

/// The names at the top of `std.facts.Facts`, in its order.
pub const NAMES: [&str; 9] =
    ["hostname", "fqdn", "os", "kernel", "cpu", "memory", "virtualization", "init", "selinux"];

/// The built-in collectors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Collectors;

impl FactSource for Collectors {
    fn fact(&self, host: &dyn ReadHost, path: &str) -> Result<Finding, FactError> {
        let mut segments = path.split('.');
        let mut finding = match segments.next().unwrap_or_default() {
            "hostname" => Finding::Text(short(&hostname(host)?).to_owned()),
            "fqdn" => Finding::Text(fqdn(host)?),
            "os" => os(host)?,
            "kernel" => kernel(host)?,
            "cpu" => record([("count", Finding::Int(i64::from(host.machine()?.processors)))]),
            "memory" => {
                let total = i64::try_from(host.machine()?.memory).unwrap_or(i64::MAX);
                record([("total", Finding::Int(total))])
            }
            "virtualization" => virtualization(host)?,
            "init" => init(host)?,
            "selinux" => selinux(host)?,
            _ => return Err(FactError::Unknown),
        };
        for segment in segments {
            finding = match finding {
                Finding::Record(mut fields) => fields.remove(segment).ok_or(FactError::Unknown)?,
                _ => return Err(FactError::Unknown),
            };
        }
        Ok(finding)
    }
}

fn record<const N: usize>(fields: [(&str, Finding); N]) -> Finding {
    Finding::Record(fields.into_iter().map(|(name, finding)| (name.to_owned(), finding)).collect())
}

/// An enum's variant whose payload is a name.
fn named(variant: &str, name: impl Into<String>) -> Finding {
    record([(variant, record([("name", Finding::Text(name.into()))]))])
}

fn read(host: &dyn ReadHost, path: &str) -> HostResult<Option<String>> {
    let mut buffer = Vec::new();
    let found = host.read_file(Utf8Path::new(path), LIMIT, &mut buffer)?;
    Ok(found.map(|_| String::from_utf8_lossy(&buffer).into_owned()))
}

fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The host's name: the kernel's, and inside a folder the one that its `hostname` file says.
fn hostname(host: &dyn ReadHost) -> HostResult<String> {
    if host.identity().rooted
        && let Some(text) = read(host, "/etc/hostname")?
        && let Some(name) =
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))
    {
        return Ok(name.to_ascii_lowercase());
    }
    Ok(host.machine()?.hostname.to_ascii_lowercase())
}

/// The name with a domain: the host name itself, or what `hosts` says about it (`hosts(5)`).
fn fqdn(host: &dyn ReadHost) -> HostResult<String> {
    let name = hostname(host)?;
    if name.contains('.') {
        return Ok(name);
    }
    let hosts = read(host, "/etc/hosts")?.unwrap_or_default();
    for line in hosts.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        if words.next().is_none() {
            continue;
        }
        let names: Vec<String> = words.map(str::to_ascii_lowercase).collect();
        if names.contains(&name)
            && let Some(full) = names.iter().find(|full| full.contains('.') && short(full) == name)
        {
            return Ok(full.clone());
        }
    }
    Ok(name)
}

fn os(host: &dyn ReadHost) -> HostResult<Finding> {
    let text = match read(host, "/etc/os-release")? {
        Some(text) => text,
        None => read(host, "/usr/lib/os-release")?.unwrap_or_default(),
    };
    let fields = os_release(&text);
    let text = |name: &str| fields.get(name).filter(|value| !value.is_empty()).cloned();
    let optional = |name: &str| text(name).map_or(Finding::None, Finding::Text);
    let id = text("ID").unwrap_or_else(|| "linux".to_owned());
    let like = text("ID_LIKE").unwrap_or_default();
    let family = std::iter::once(id.as_str())
        .chain(like.split_ascii_whitespace())
        .find_map(|id| match id {
            "debian" | "ubuntu" => Some("Debian"),
            "rhel" | "fedora" | "centos" => Some("RedHat"),
            "suse" | "opensuse" | "sles" => Some("Suse"),
            "alpine" => Some("Alpine"),
            "arch" | "archlinux" => Some("Arch"),
            _ => None,
        })
        .map_or_else(|| named("Other", id.clone()), |family| Finding::Text(family.to_owned()));
    Ok(record([
        ("family", family),
        ("id", Finding::Text(id)),
        ("version", optional("VERSION_ID")),
        ("codename", optional("VERSION_CODENAME")),
    ]))
}

/// The assignments of an `os-release` file (`os-release(5)`): shell syntax without expansion.
fn os_release(text: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.starts_with('#') {
            continue;
        }
        let quoted = ['"', '\''].iter().find_map(|&q| value.strip_prefix(q).and_then(|v| v.strip_suffix(q)));
        let mut plain = String::with_capacity(value.len());
        let mut characters = quoted.unwrap_or(value).chars();
        while let Some(c) = characters.next() {
            if c == '\\' {
                plain.extend(characters.next());
            } else {
                plain.push(c);
            }
        }
        fields.insert(name.to_owned(), plain);
    }
    fields
}

fn kernel(host: &dyn ReadHost) -> HostResult<Finding> {
    let machine = host.machine()?;
    let arch = match machine.arch.as_str() {
        "x86_64" => Finding::Text("X86_64".to_owned()),
        "aarch64" => Finding::Text("Aarch64".to_owned()),
        other => named("Other", other),
    };
    Ok(record([
        ("name", Finding::Text(machine.kernel)),
        ("release", Finding::Text(machine.release)),
        ("arch", arch),
    ]))
}

/// What the host is, from what container managers and firmware leave in the file system.
fn virtualization(host: &dyn ReadHost) -> HostResult<Finding> {
    if let Some(name) = read(host, "/run/systemd/container")? {
        let name = name.trim();
        return Ok(named("Container", if name.is_empty() { "other" } else { name }));
    }
    for (path, name) in [("/run/.containerenv", "podman"), ("/.dockerenv", "docker")] {
        if host.stat(Utf8Path::new(path))?.is_some() {
            return Ok(named("Container", name));
        }
    }
    for path in ["/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor"] {
        let Some(text) = read(host, path)? else { continue };
        let known = [
            ("KVM", "kvm"),
            ("Amazon EC2", "amazon"),
            ("Google", "google"),
            ("OpenStack", "kvm"),
            ("QEMU", "qemu"),
            ("VMware", "vmware"),
            ("VirtualBox", "oracle"),
            ("innotek GmbH", "oracle"),
            ("Xen", "xen"),
            ("Bochs", "bochs"),
            ("Parallels", "parallels"),
            ("Hyper-V", "microsoft"),
            ("Virtual Machine", "microsoft"),
        ];
        if let Some((_, name)) = known.iter().find(|(mark, _)| text.contains(mark)) {
            return Ok(named("Vm", *name));
        }
    }
    if let Some(kind) = read(host, "/sys/hypervisor/type")? {
        return Ok(named("Vm", kind.trim()));
    }
    let hypervisor = read(host, "/proc/cpuinfo")?.is_some_and(|text| {
        text.lines()
            .find(|line| line.starts_with("flags"))
            .is_some_and(|line| line.split_ascii_whitespace().any(|flag| flag == "hypervisor"))
    });
    Ok(if hypervisor { named("Vm", "other") } else { Finding::Text("None".to_owned()) })
}

/// What runs as the first process, by the folders that only it makes (`sd_booted(3)`), or by its name (`proc(5)`).
fn init(host: &dyn ReadHost) -> HostResult<Finding> {
    for (path, variant) in [("/run/systemd/system", "Systemd"), ("/run/openrc", "OpenRc")] {
        if host.stat(Utf8Path::new(path))?.is_some() {
            return Ok(Finding::Text(variant.to_owned()));
        }
    }
    let name = read(host, "/proc/1/comm")?.unwrap_or_default();
    let name = name.trim();
    Ok(named("Other", if name.is_empty() { "none" } else { name }))
}

/// The kernel's file says 1 or 0; without SELinux there is none.
fn selinux(host: &dyn ReadHost) -> HostResult<Finding> {
    let state = match read(host, "/sys/fs/selinux/enforce")?.as_deref().map(str::trim) {
        Some("1") => "Enforcing",
        Some("0") => "Permissive",
        Some(other) => return Ok(named("Other", other)),
        None => "Off",
    };
    Ok(Finding::Text(state.to_owned()))
}

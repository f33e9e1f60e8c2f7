//! The folder that applications read: keys as the merchant portal hands them out, and `.env`.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use wechatpay_sdk::simulator::Gateway;

use crate::Result;

/// Variables whose text goes into a file, and its name as WeChat Pay's documents have it.
const FILES: [(&str, &str); 4] = [
    ("WECHATPAY_PRIVATE_KEY", "apiclient_key.pem"),
    ("WECHATPAY_CERTIFICATE", "apiclient_cert.pem"),
    ("WECHATPAY_PUBLIC_KEY", "pub_key.pem"),
    ("WECHATPAY_PLATFORM_CERTIFICATE", "wechatpay_cert.pem"),
];

/// Makes the folder, without the `.env` of an earlier run: once there is one, the gateway is ready.
pub(crate) fn prepare(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| format!("cannot make {}: {cause}", folder.display()))?;
    match fs::remove_file(folder.join(".env")) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause.into()),
        _ => Ok(()),
    }
}

/// Writes the files, `.env` last and all at once.
pub(crate) fn write(
    folder: &Path,
    gateway: &Gateway,
    base_url: &str,
    control_url: &str,
    authority: Option<&str>,
) -> Result<()> {
    let folder = folder.canonicalize()?;
    let mut text = "# Written by wechatpay-simulator. Its keys are published: use them for nothing else.\n".to_owned();
    for (name, value) in gateway.environment() {
        if let Some((_, file)) = FILES.iter().find(|(variable, _)| *variable == name) {
            let path = folder.join(file);
            write_private(&path, &value)?;
            line(&mut text, &format!("{name}_FILE"), &path.display().to_string());
        } else {
            line(&mut text, name, if name == "WECHATPAY_BASE_URL" { base_url } else { &value });
        }
    }
    line(&mut text, "WECHATPAY_SIMULATOR_CONTROL", control_url);
    if let Some(authority) = authority {
        let path = folder.join("ca.pem");
        write_private(&path, authority)?;
        line(&mut text, "WECHATPAY_SIMULATOR_CA_FILE", &path.display().to_string());
    }
    let (draft, env) = (folder.join(".env.new"), folder.join(".env"));
    write_private(&draft, &text)?;
    fs::rename(draft, env)?;
    Ok(())
}

/// In quotes where the shell and the usual readers of such files need them.
fn line(text: &mut String, name: &str, value: &str) {
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:".contains(&byte));
    let quote = if is_plain { "" } else { "\"" };
    let _ = writeln!(text, "{name}={quote}{value}{quote}");
}

/// Only for this user, as keys are.
fn write_private(path: &Path, text: &str) -> Result<()> {
    // A file that is there already may be for others too.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|cause| format!("cannot write {}: {cause}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_is_quoted() {
        let mut text = String::new();
        line(&mut text, "A", "/tmp/a-b_1.pem");
        line(&mut text, "B", "/tmp/a b");
        assert_eq!(text, "A=/tmp/a-b_1.pem\nB=\"/tmp/a b\"\n");
    }
}

//! The running program, and applications that are started with its `.env`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// Where an application finds the control plane.
pub(crate) const CONTROL: &str = "WECHATPAY_SIMULATOR_CONTROL";

/// Ends when it is dropped.
pub(crate) struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Program {
    /// Starts it on free ports, and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_wechatpay-simulator"))
            .args(["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--folder"])
            .arg(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("Stop it") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the program ended");
        }
        Self { child, output, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `.env` says.
    pub(crate) fn env(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.folder().join(".env")).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split_once('=').unwrap()).map(|(name, value)| (name.into(), value.into())).collect()
    }

    pub(crate) fn variable(&self, name: &str) -> String {
        self.env().into_iter().find(|(known, _)| known == name).unwrap().1
    }

    /// Presses ctrl-c, and waits; what it has said since it was ready.
    #[cfg(unix)]
    pub(crate) fn interrupt(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let mut said = String::new();
        self.output.read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success());
        said
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a test's story in a process of its own, whose environment is the program's `.env`: this test is started again
/// there, and finds itself to be the application.
pub(crate) fn application(test: &str, story: impl Future<Output = ()>) {
    if std::env::var_os(CONTROL).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(story);
    }
    let program = Program::start(&[]);
    assert!(!program.variable(CONTROL).is_empty());
    let application = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .envs(program.env())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&application.stdout);
    let complaint = String::from_utf8_lossy(&application.stderr);
    assert!(application.status.success() && said.contains("1 passed"), "{said}\n{complaint}");
}

//! What the command line says.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::Result;

pub(crate) const HELP: &str = "\
wechatpay-simulator: a WeChat Pay gateway for tests, with every product of APIv3

  --listen ADDRESS      where the application finds it      [127.0.0.1:8899]
  --control ADDRESS     control plane and console page      [127.0.0.1:8900]
  --folder FOLDER       where .env and key files go         [wechatpay-simulator]
  --tls                 speak TLS, with an authority of its own (ca.pem)
  --deliver FROM=TO     send notifications for addresses that begin with FROM to TO, which
                        is on this machine; may be repeated
  --other-machines      let --listen be an address that other machines can reach
  --help                this text

Port 0 is any free port; .env says which.
";

/// The options, all checked.
#[derive(Debug, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) listen: SocketAddr,
    pub(crate) control: SocketAddr,
    pub(crate) folder: PathBuf,
    pub(crate) tls: bool,
    pub(crate) deliveries: Vec<(String, String)>,
}

impl Arguments {
    /// Reads the options; nothing where help is wanted.
    pub(crate) fn read(mut parser: lexopt::Parser) -> Result<Option<Self>> {
        use lexopt::prelude::*;

        let mut listen = SocketAddr::from(([127, 0, 0, 1], 8899));
        let mut control = SocketAddr::from(([127, 0, 0, 1], 8900));
        let mut folder = PathBuf::from("wechatpay-simulator");
        let (mut tls, mut other_machines, mut deliveries) = (false, false, Vec::new());
        while let Some(argument) = parser.next()? {
            match argument {
                Long("listen") => listen = parser.value()?.parse()?,
                Long("control") => control = parser.value()?.parse()?,
                Long("folder") => folder = parser.value()?.into(),
                Long("tls") => tls = true,
                Long("other-machines") => other_machines = true,
                Long("deliver") => {
                    let rule = parser.value()?.string()?;
                    let (from, to) = rule.split_once('=').ok_or("--deliver takes FROM=TO")?;
                    deliveries.push((from.to_owned(), to.to_owned()));
                }
                Short('h') | Long("help") => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        if !listen.ip().is_loopback() && !other_machines {
            return Err(
                format!("{listen} can be reached from other machines: say --other-machines if that is meant").into()
            );
        }
        if !control.ip().is_loopback() {
            return Err(format!("the control plane is for this machine only, not at {control}").into());
        }
        Ok(Some(Self { listen, control, folder, tls, deliveries }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Option<Arguments>> {
        Arguments::read(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn without_options_everything_is_on_this_machine() {
        let arguments = read(&[]).unwrap().unwrap();
        assert!(arguments.listen.ip().is_loopback() && arguments.control.ip().is_loopback() && !arguments.tls);
    }

    #[test]
    fn other_machines_are_let_in_only_by_a_flag_and_never_to_the_control_plane() {
        for address in ["0.0.0.0:1", "192.0.2.1:1", "[::]:1"] {
            let error = read(&["--listen", address]).unwrap_err().to_string();
            assert!(error.contains("--other-machines"), "{error}");
            assert!(read(&["--listen", address, "--other-machines"]).is_ok());
            assert!(read(&["--control", address, "--other-machines"]).is_err());
        }
        assert!(read(&["--listen", "[::1]:0"]).is_ok());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for arguments in [&["--unknown"][..], &["--listen"], &["--listen", "8899"], &["--deliver", "x"], &["word"]] {
            assert!(read(arguments).is_err(), "{arguments:?}");
        }
        assert_eq!(read(&["--help", "--unknown"]).unwrap(), None);
    }

    #[test]
    fn deliveries_are_read_in_their_order() {
        let arguments = read(&["--deliver", "https://a/=http://127.0.0.1:1/", "--deliver=b=c=d"]).unwrap().unwrap();
        let expected = [("https://a/", "http://127.0.0.1:1/"), ("b", "c=d")];
        assert_eq!(arguments.deliveries, expected.map(|(from, to)| (from.to_owned(), to.to_owned())));
    }
}

//! A WeChat Pay gateway as a program, for merchant applications in any language:
//! `cargo run --features simulator-cli --bin wechatpay-simulator`.
//!
//! It is a thin layer over [`wechatpay_sdk::simulator::Gateway`]; `docs/SIMULATOR.md` describes it.

mod arguments;
mod control;
mod door;
mod folder;
mod log;

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use wechatpay_sdk::simulator::Gateway;

use self::arguments::{Arguments, HELP};
use self::door::Door;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::read(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    folder::prepare(&arguments.folder)?;
    let (gateway, door) = open(arguments).await?;
    for (prefix, target) in &arguments.deliveries {
        gateway.deliver_instead(prefix, target)?;
    }
    let control = listen(arguments.control).await?;
    let control_url = format!("http://{}", control.local_addr()?);
    let base_url = match &door {
        Some(door) => format!("https://localhost:{}", door.address.port()),
        None => format!("http://{}", from_here(gateway.address())),
    };
    let authority = door.as_ref().map(|door| door.authority.as_str());
    folder::write(&arguments.folder, &gateway, &base_url, &control_url, authority)?;

    println!("WeChat Pay   {base_url}");
    println!("console      {control_url}/");
    println!("environment  {}", arguments.folder.join(".env").display());
    println!("Stop it with ctrl-c.\n");

    let server = control::serve(control, Arc::clone(&gateway));
    tokio::select! {
        ended = server => ended?,
        () = log::print(&gateway) => {}
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    println!("stopped");
    Ok(())
}

/// The gateway, and the door before it where it speaks TLS.
async fn open(arguments: &Arguments) -> Result<(Arc<Gateway>, Option<Door>)> {
    let outside = listen(arguments.listen).await?;
    if !arguments.tls {
        return Ok((Arc::new(Gateway::start_on(outside).await?), None));
    }
    let inside = TcpListener::bind(("127.0.0.1", 0)).await?;
    let gateway = Gateway::start_on(inside).await?;
    let door = Door::open(outside, gateway.address())?;
    Ok((Arc::new(gateway), Some(door)))
}

/// Where a program of this machine finds what listens at an address, which may be all addresses.
fn from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| format!("cannot listen at {address}: {cause}").into())
}

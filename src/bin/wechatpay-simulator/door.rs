//! TLS before a gateway that speaks plain HTTP: what comes in is decrypted and passed on, byte by byte.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::Result;

/// Passes connections on until it is dropped.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// The certificate, as PEM, of the authority that vouches for this door. Its key is forgotten at once.
    pub(crate) authority: String,
    task: AbortHandle,
}

impl Door {
    pub(crate) fn open(listener: TcpListener, gateway: SocketAddr) -> Result<Self> {
        let address = listener.local_addr()?;
        let (authority, config) = certify(address)?;
        let task = tokio::spawn(listen(listener, TlsAcceptor::from(Arc::new(config)), gateway)).abort_handle();
        Ok(Self { address, authority, task })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A new authority, and a certificate of it for this machine and this address.
fn certify(address: SocketAddr) -> Result<(String, ServerConfig)> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(rcgen::DnType::CommonName, "wechatpay-simulator");
    let key = KeyPair::generate()?;
    let certificate = authority.self_signed(&key)?;
    let issuer = Issuer::new(authority, key);

    let own_key = KeyPair::generate()?;
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned(), address.ip().to_string()];
    let own = CertificateParams::new(names)?.signed_by(&own_key, &issuer)?;
    let chain = vec![own.der().clone()];
    // Named, since another crate may have brought a second one.
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(own_key.serialize_der()).into())?;
    Ok((certificate.pem(), config))
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor, gateway: SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((outside, _)) => drop(tokio::spawn(pass(outside, acceptor.clone(), gateway))),
            // The peer is gone already, or there are no more sockets; neither lasts.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// What fails here is the application's to notice: its handshake, or its connection.
async fn pass(outside: TcpStream, acceptor: TlsAcceptor, gateway: SocketAddr) {
    if let (Ok(mut outside), Ok(mut inside)) = (acceptor.accept(outside).await, TcpStream::connect(gateway).await) {
        let _ = copy_bidirectional(&mut outside, &mut inside).await;
    }
}

//! A server of a scenario, with TLS in front of it, and a client that nobody here wrote.

use crate::{scenario::Scenario, server::routes};
use authzen_rs::client::AuthZenClient;
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(super) const KEY: &str = "key of a gate";

/// Answers on `plain`, by HTTP. Whatever it runs in ends with the test.
pub(super) struct Server {
    pub(super) plain: std::net::SocketAddr,
    url: String,
    certificate: reqwest::Certificate,
}

impl Server {
    pub(super) async fn of(scenario: Scenario) -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (plain, front) = (listener().await, listener().await);
        let url = format!("https://localhost:{}", front.local_addr().unwrap().port());
        let address = plain.local_addr().unwrap();
        let app = routes(scenario, &url, Some(KEY)).unwrap();
        tokio::spawn(async move { axum::serve(plain, app).await });
        tokio::spawn(terminate(front, acceptor(&certified), address));
        let certificate = reqwest::Certificate::from_der(certified.cert.der()).unwrap();
        Self { plain: address, url, certificate }
    }

    /// A client that asks the server itself where its endpoints are.
    pub(super) async fn client(&self) -> AuthZenClient {
        let builder = AuthZenClient::builder(self.url.clone()).http_client(self.http()).discover();
        builder.bearer_token(KEY).build().await.unwrap()
    }

    fn http(&self) -> reqwest::Client {
        // A second test finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().use_rustls_tls().no_proxy();
        builder.add_root_certificate(self.certificate.clone()).build().unwrap()
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn acceptor(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certified.cert.der().clone()], key.into()).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn terminate(front: TcpListener, tls: TlsAcceptor, behind: std::net::SocketAddr) {
    while let Ok((stream, _)) = front.accept().await {
        let tls = tls.clone();
        tokio::spawn(async move {
            let mut near = tls.accept(stream).await?;
            let mut far = TcpStream::connect(behind).await?;
            tokio::io::copy_bidirectional(&mut near, &mut far).await
        });
    }
}

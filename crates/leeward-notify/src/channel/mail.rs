use crate::{Address, Channel, ChannelError, Delivery, Message};
use futures_channel::oneshot;
use lettre::{
    SmtpTransport, Transport,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use std::{
    fmt, io,
    sync::mpsc::{SyncSender, TrySendError, sync_channel},
    thread,
    time::Duration,
};

/// How many messages wait for the connection before the channel says that it cannot take more.
const QUEUE: usize = 64;
/// A server has this long for each command, below the time after which a message is tried again.
const TIMEOUT: Duration = Duration::from_secs(10);
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Mail over SMTP, under TLS by rustls.
///
/// A thread of its own speaks to the server, so that no executor waits. The sender's name is what a lock
/// screen shows first: choose one that says nothing.
///
/// ```no_run
/// use leeward_notify::{Mail, MailServer};
/// let server = MailServer::tls("mail.example.org").login("post", "the password of the mailbox");
/// let mail = Mail::start(server, "Post <post@example.org>")?;
/// # Ok::<(), leeward_notify::ChannelError>(())
/// ```
pub struct Mail {
    jobs: SyncSender<Job>,
    from: Mailbox,
}

/// Where mail is handed in. `Debug` does not show the password.
#[derive(Clone)]
pub struct MailServer {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, String)>,
    root: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
enum Security {
    Tls,
    StartTls,
    Clear,
}

struct Job {
    mail: lettre::Message,
    done: oneshot::Sender<Result<(), ChannelError>>,
}

impl MailServer {
    /// TLS from the first byte, on port 465 (RFC 8314 3.3).
    #[must_use]
    pub fn tls(host: &str) -> Self {
        Self { host: host.to_owned(), port: 465, security: Security::Tls, login: None, root: None }
    }

    /// STARTTLS on port 587. A server that does not offer it gets nothing.
    #[must_use]
    pub fn starttls(host: &str) -> Self {
        Self { port: 587, security: Security::StartTls, ..Self::tls(host) }
    }

    /// No encryption at all: for a relay on the same machine. Everything between here and there can be
    /// read, codes too.
    #[must_use]
    pub fn dangerous_in_the_clear(host: &str, port: u16) -> Self {
        Self { port, security: Security::Clear, ..Self::tls(host) }
    }

    /// Another port.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Signs in to the server.
    #[must_use]
    pub fn login(self, user: &str, password: &str) -> Self {
        Self { login: Some((user.to_owned(), password.to_owned())), ..self }
    }

    /// Trusts this root, in PEM, beside those of the platform: for a server with a certificate of the
    /// service's own.
    #[must_use]
    pub fn root_certificate(self, pem: &[u8]) -> Self {
        Self { root: Some(pem.to_vec()), ..self }
    }

    fn connect(self) -> Result<SmtpTransport, ChannelError> {
        let mut builder = SmtpTransport::builder_dangerous(&self.host).port(self.port).timeout(Some(TIMEOUT));
        let parameters = || -> Result<TlsParameters, ChannelError> {
            let mut parameters = TlsParameters::builder(self.host.clone());
            if let Some(pem) = &self.root {
                // What holds no certificate is read as none, without an error.
                if !pem.windows(PEM.len()).any(|window| window == PEM) {
                    return Err(ChannelError::never("the root certificate is not in PEM"));
                }
                let root = Certificate::from_pem(pem).map_err(ChannelError::never)?;
                parameters = parameters.add_root_certificate(root);
            }
            parameters.build().map_err(ChannelError::never)
        };
        builder = match self.security {
            Security::Tls => builder.tls(Tls::Wrapper(parameters()?)),
            Security::StartTls => builder.tls(Tls::Required(parameters()?)),
            Security::Clear => builder,
        };
        if let Some((user, password)) = self.login {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(builder.build())
    }
}

impl Mail {
    /// Starts the thread that speaks to `server`. `from` is the sender: `Post <post@example.org>`. The
    /// thread ends with the last of the messages after this value is dropped.
    ///
    /// # Errors
    /// [`ChannelError`] for a sender or a root certificate that cannot be read, or when no thread starts.
    pub fn start(server: MailServer, from: &str) -> Result<Self, ChannelError> {
        let from = from.parse().map_err(|_| ChannelError::never("the sender is no mailbox"))?;
        let transport = server.connect()?;
        let (jobs, queue) = sync_channel::<Job>(QUEUE);
        let speak = move || {
            while let Ok(job) = queue.recv() {
                let sent = transport.send(&job.mail).map(drop).map_err(|error| smtp_error(&error));
                // Whoever asked may have gone; the message is tried again then.
                let _asked = job.done.send(sent);
            }
        };
        thread::Builder::new().name("leeward-mail".to_owned()).spawn(speak).map_err(ChannelError::not_now)?;
        Ok(Self { jobs, from })
    }

    fn queue(&self, message: &Message) -> Result<oneshot::Receiver<Result<(), ChannelError>>, ChannelError> {
        let mail = self.mail(message)?;
        let (done, answer) = oneshot::channel();
        self.jobs.try_send(Job { mail, done }).map_err(|error| match error {
            TrySendError::Full(_) => ChannelError::not_now("too many messages wait for the mail server"),
            TrySendError::Disconnected(_) => ChannelError::not_now("the thread that sends mail has ended"),
        })?;
        Ok(answer)
    }

    fn mail(&self, message: &Message) -> Result<lettre::Message, ChannelError> {
        let Address::Email(email) = message.to() else {
            return Err(ChannelError::never("mail goes to an e-mail address"));
        };
        let to = email.expose().parse().map_err(|_| ChannelError::never("the address is no mailbox"))?;
        // A mailer that sees the same id twice can drop one.
        let id = format!("<{}@{}>", message.id(), self.from.email.domain());
        lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject())
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(message.expose_body().to_owned())
            .map_err(ChannelError::never)
    }
}

impl Channel for Mail {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        let queued = self.queue(message);
        Box::pin(async move {
            let gone = |_| ChannelError::not_now("the thread that sends mail has ended");
            queued?.await.map_err(gone)?
        })
    }
}

/// A server may repeat the address in its answer, so that its words are not kept.
fn smtp_error(error: &lettre::transport::smtp::Error) -> ChannelError {
    let code = error.status().map_or_else(|| "no answer".to_owned(), |code| format!("answer {code}"));
    let what = io::Error::other(format!("the mail server failed: {code}"));
    if error.is_permanent() { ChannelError::never(what) } else { ChannelError::not_now(what) }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

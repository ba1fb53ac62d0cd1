use crate::{Address, Channel, ChannelError, Delivery, Message, MessageId, Phone};

/// What a sender of text messages offers: its HTTP interface, written by the service.
pub trait TextGateway: Send + Sync + 'static {
    /// Hands one text on. `id` is the same when it comes again after a lost answer: give it to the
    /// gateway as its idempotency key, if it has one.
    ///
    /// # Errors
    /// As [`Channel::deliver`].
    fn send<'a>(&'a self, id: MessageId, to: &'a Phone, text: &'a str) -> Delivery<'a>;
}

/// Messages to telephones through a [`TextGateway`]. Telephones can be taken over with their numbers: what
/// goes there is a restricted authenticator at best (NIST SP 800-63B-4 3.1.3.3).
#[derive(Debug)]
pub struct Texts<G>(G);

impl<G: TextGateway> Texts<G> {
    /// Through `gateway`.
    #[must_use]
    pub const fn new(gateway: G) -> Self {
        Self(gateway)
    }
}

impl<G: TextGateway> Channel for Texts<G> {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        match message.to() {
            Address::Phone(phone) => self.0.send(message.id(), phone, message.expose_body()),
            Address::Email(_) => {
                Box::pin(std::future::ready(Err(ChannelError::never("a text message goes to a telephone"))))
            }
        }
    }
}

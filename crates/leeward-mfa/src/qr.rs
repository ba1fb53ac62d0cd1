use crate::MfaError;
use qrcode::render::{svg, unicode};
use std::fmt;
use zeroize::Zeroizing;

/// A QR code of an `otpauth://` URI, with the secret in it.
pub struct QrCode(qrcode::QrCode);

impl QrCode {
    pub(crate) fn of(uri: &str) -> Result<Self, MfaError> {
        qrcode::QrCode::new(uri).map(Self).map_err(|_| MfaError::Qr)
    }

    /// A picture in SVG, black on white with the quiet zone of the standard, at least 240 units wide.
    #[must_use]
    pub fn expose_svg(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
    }

    /// Lines of text for a terminal, light on dark: two rows of the picture in each line.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        let picture = self.0.render::<unicode::Dense1x2>();
        let (dark, light) = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
        Zeroizing::new({ picture }.dark_color(dark).light_color(light).build())
    }
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrCode([redacted])")
    }
}

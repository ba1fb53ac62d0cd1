//! Vocabularies whose words are stored as numbers. One table makes the type and both directions, so that
//! nothing can be written that cannot be read again.

/// `Variant = code, "words";` for each value, in the order of the codes. A code that is given twice does
/// not pass the compiler's lints.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident $($(#[$about:meta])* $variant:ident = $code:literal, $words:literal;)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number that stands for it in every encoding. Never reused.
            #[must_use]
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value with this number, if there is one.
            #[must_use]
            pub const fn from_code(code: u16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// A few plain words for a person to read.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)+
                }
            }
        }
    };
}

pub(crate) use codes;

//! Enumerations with one stable text per variant, for the store, the API and the wire.

/// A text that is not one of an enumeration's codes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{text:?} is not a known {what}")]
pub struct UnknownCode {
    /// What was expected, as a reader would say it.
    pub what: &'static str,
    /// What stood there instead.
    pub text: String,
}

/// Declares an enumeration whose variants each have one stable code.
///
/// `as_str` and `parse` are inverse; `ALL` lists the variants in the order in which they normally
/// happen. The code is what databases, documents and APIs carry: it never changes once released.
#[macro_export]
macro_rules! coded {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident as $what:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant ),+
        }

        impl $name {
            /// Every variant, in the order in which they normally happen.
            $vis const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// Returns the stable code.
            $vis const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $code ),+ }
            }

            /// Reads a stable code.
            $vis fn parse(text: &str) -> Result<Self, $crate::domain::codes::UnknownCode> {
                match text {
                    $( $code => Ok(Self::$variant), )+
                    _ => Err($crate::domain::codes::UnknownCode {
                        what: $what,
                        text: text.chars().take(40).collect(),
                    }),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::codes::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

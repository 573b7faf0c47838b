//! The way to the provider of single sign-on (`OpenID` Connect, with a code and PKCE): where people are
//! sent, and what their code is worth.
//!
//! Believes a token only after its signature, issuer, audience, nonce and time were verified. Knows no
//! account: whom the provider vouches for is told as a [`Proven`], and what follows is decided elsewhere.

mod book;
mod wire;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, ErrorResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, TokenResponse,
};

use crate::clock::Clock;
use crate::domain::single_sign_on::{Proven, Subject};
use crate::transport::provider::book::{Book, Known};
use crate::transport::provider::wire::Wire;
use crate::transport::{TransportError, Trust};

pub use crate::transport::provider::wire::WireFault;

/// Signatures that count: those of a key pair whose private half the provider alone has. Neither `none`
/// nor a MAC, whose key would be a secret that the console has too.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Characters of an error's name that are told on.
const ERROR_CHARS_MAX: usize = 40;

/// As whom the console appears at the provider.
pub struct Client {
    /// The provider, as it writes itself.
    pub issuer: String,
    /// What the provider calls the console.
    pub id: String,
    /// What proves it, where there is such a secret.
    pub secret: Option<String>,
    /// Where people are sent back to.
    pub answer_url: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Contexts that are asked for, the best first.
    pub contexts: Vec<String>,
}

/// The secrets of one way to the provider and back.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// What the answer must carry.
    pub state: &'a str,
    /// What the token must carry.
    pub nonce: &'a str,
    /// What proves that the code is asked for by whoever sent the person (RFC 7636).
    pub verifier: &'a str,
}

/// Why the provider vouches for nobody.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFault {
    /// It does not answer.
    #[error("the provider does not answer")]
    Away(#[source] WireFault),
    /// It did not answer a moment ago, and is left in peace.
    #[error("the provider did not answer a moment ago")]
    Resting,
    /// What it says of itself or of its keys cannot be used.
    #[error("the provider's word about itself cannot be used: {0}")]
    Unusable(String),
    /// It refuses what the console asks, with this error.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// Its token is not to be believed.
    #[error("the provider's token is not to be believed: {0}")]
    Token(TokenDefect),
}

impl ProviderFault {
    /// Whether the code is unknown, used or another's: what a visitor can bring about.
    pub fn is_wrong_code(&self) -> bool {
        matches!(self, Self::Refused(error) if error == "invalid_grant")
    }
}

crate::coded! {
    /// What is wrong with a token.
    pub enum TokenDefect as "defect of a token" {
        /// There is none.
        Missing = "MISSING",
        /// It is no token, or lacks what a token must have.
        Malformed = "MALFORMED",
        /// Another provider issued it.
        Issuer = "ISSUER",
        /// It was issued for another client.
        Audience = "AUDIENCE",
        /// It is signed in a way that does not count, or not at all.
        Algorithm = "ALGORITHM",
        /// No key of the provider's is the one that it names.
        UnknownKey = "UNKNOWN_KEY",
        /// The signature does not hold.
        Signature = "SIGNATURE",
        /// Its time is over.
        Expired = "EXPIRED",
        /// It does not belong to this way to the provider.
        Nonce = "NONCE",
    }
}

/// The way to the provider; what it says of itself is kept for an hour.
pub struct Provider {
    book: Book,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    answer_url: RedirectUrl,
    scopes: Vec<Scope>,
    contexts: Vec<AuthenticationContextClass>,
    clock: Clock,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provider(…)")
    }
}

/// What can be done with a provider whose address and endpoints are known.
type Ready = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// Sets the way up; asks nothing yet.
    pub fn new(client: Client, trust: &Trust<'_>, clock: Clock) -> Result<Self, TransportError> {
        let Client { issuer, .. } = client;
        let address = IssuerUrl::new(issuer.clone());
        let address = address.map_err(|_no_url| TransportError::Address { url: issuer })?;
        let answer = client.answer_url;
        let answer_url = RedirectUrl::new(answer.clone());
        let wire = Wire::new(trust, address.url(), clock.clone())?;
        Ok(Self {
            book: Book::new(wire, address, clock.clone()),
            client_id: ClientId::new(client.id),
            client_secret: client.secret.map(ClientSecret::new),
            answer_url: answer_url.map_err(|_no_url| TransportError::Address { url: answer })?,
            scopes: client.scopes.into_iter().map(Scope::new).collect(),
            contexts: client
                .contexts
                .into_iter()
                .map(AuthenticationContextClass::new)
                .collect(),
            clock,
        })
    }

    /// The address at the provider to which somebody is sent.
    pub async fn address(&self, secrets: Secrets<'_>) -> Result<String, ProviderFault> {
        let client = self.ready(&self.book.known().await?);
        let (state, nonce) = (secrets.state.to_owned(), secrets.nonce.to_owned());
        let verifier = PkceCodeVerifier::new(secrets.verifier.to_owned());
        let request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let contexts = self.contexts.iter().cloned();
        let request = contexts.fold(request, |request, context| {
            request.add_auth_context_value(context)
        });
        let (address, _, _) = request.url();
        Ok(address.into())
    }

    /// Whom a code stands for.
    pub async fn person(&self, code: &str, secrets: Secrets<'_>) -> Result<Proven, ProviderFault> {
        let known = self.book.known().await?;
        let client = self.ready(&known);
        let unusable = |_unset| ProviderFault::Unusable("no token endpoint".to_owned());
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(unusable)?;
        let verifier = PkceCodeVerifier::new(secrets.verifier.to_owned());
        let request = request.set_pkce_verifier(verifier);
        let answer = request.request_async(self.book.wire()).await;
        let answer = answer.map_err(of_exchange)?;
        let missing = ProviderFault::Token(TokenDefect::Missing);
        let token = answer.id_token().ok_or(missing)?;
        let nonce = Nonce::new(secrets.nonce.to_owned());
        let claims = match self.verified(&known.keys, token, &nonce) {
            // The provider may have changed its keys since they were read.
            Err(TokenDefect::UnknownKey) => {
                let keys = self.book.newer_keys(&known).await?;
                self.verified(&keys, token, &nonce)
            }
            verdict => verdict,
        };
        let claims = claims.map_err(ProviderFault::Token)?;
        proven(claims).ok_or(ProviderFault::Token(TokenDefect::Malformed))
    }

    /// Asks the provider what it says of itself; tells how many keys it has, and which of the contexts
    /// that count it does not offer.
    pub async fn examine(&self) -> Result<(usize, Vec<String>), ProviderFault> {
        let known = self.book.known().await?;
        let offered = known.metadata.acr_values_supported();
        let lacking = self.contexts.iter().filter(|context| {
            // A provider need not say what it offers.
            offered.is_some_and(|offered| !offered.contains(context))
        });
        let lacking = lacking.map(|context| context.as_str().to_owned()).collect();
        Ok((known.keys.keys().len(), lacking))
    }

    fn ready(&self, known: &Known) -> Ready {
        let metadata = known.metadata.as_ref().clone();
        let methods = metadata.token_endpoint_auth_methods_supported();
        let offers = |method| methods.is_none_or(|methods| methods.contains(&method));
        // Whoever says nothing takes the secret in a header (OpenID Connect Discovery 1.0 §3).
        let how = if offers(CoreClientAuthMethod::ClientSecretBasic) {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        CoreClient::from_provider_metadata(metadata, id, secret)
            .set_auth_type(how)
            .set_redirect_uri(self.answer_url.clone())
    }

    fn verified<'t>(
        &self,
        keys: &CoreJsonWebKeySet,
        token: &'t CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'t CoreIdTokenClaims, TokenDefect> {
        let (id, issuer) = (self.client_id.clone(), self.book.issuer().clone());
        // Without the secret, so that no MAC could be judged with it.
        let verifier = CoreIdTokenVerifier::new_public_client(id, issuer, keys.clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(|| self.clock.now());
        let claims = token.claims(&verifier, nonce).map_err(|fault| of(&fault))?;
        let party = claims.authorized_party();
        if party.is_some_and(|party| *party != self.client_id) {
            return Err(TokenDefect::Audience);
        }
        Ok(claims)
    }
}

fn proven(claims: &CoreIdTokenClaims) -> Option<Proven> {
    let methods = claims.auth_method_refs().into_iter().flatten();
    Some(Proven {
        issuer: claims.issuer().as_str().to_owned(),
        subject: Subject::parse(claims.subject().as_str())?,
        context: claims
            .auth_context_ref()
            .map(|context| context.as_str().to_owned()),
        methods: methods.map(|method| method.as_str().to_owned()).collect(),
    })
}

/// What is wrong with a token, without a word of what it says: that is about a person.
fn of(fault: &ClaimsVerificationError) -> TokenDefect {
    use ClaimsVerificationError as Claims;
    use SignatureVerificationError as Signature;
    match fault {
        Claims::Expired(_) => TokenDefect::Expired,
        Claims::InvalidAudience(_) => TokenDefect::Audience,
        Claims::InvalidIssuer(_) => TokenDefect::Issuer,
        Claims::InvalidNonce(_) => TokenDefect::Nonce,
        Claims::SignatureVerification(
            Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_) | Signature::NoSignature,
        ) => TokenDefect::Algorithm,
        Claims::SignatureVerification(Signature::NoMatchingKey) => TokenDefect::UnknownKey,
        Claims::SignatureVerification(_) => TokenDefect::Signature,
        _ => TokenDefect::Malformed,
    }
}

/// Why a code was not exchanged. The bytes of the answer are left out: they may hold a token.
fn of_exchange<E: ErrorResponse + 'static>(
    fault: RequestTokenError<WireFault, E>,
) -> ProviderFault {
    match fault {
        RequestTokenError::Request(fault) => ProviderFault::Away(fault),
        RequestTokenError::ServerResponse(told) => {
            let name = serde_json::to_value(&told).unwrap_or_default();
            let name = name.get("error").and_then(|error| error.as_str());
            ProviderFault::Refused(plain(name.unwrap_or_default()))
        }
        RequestTokenError::Parse(..) => ProviderFault::Token(TokenDefect::Malformed),
        RequestTokenError::Other(_) => {
            ProviderFault::Unusable("its token endpoint answers with no JSON".to_owned())
        }
    }
}

/// The name of an error as it may stand in a log: whoever made it up may be anybody.
pub fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_ascii_lowercase() || *c == '_');
    letters.take(ERROR_CHARS_MAX).collect()
}

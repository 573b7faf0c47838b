//! Every route with every caller: who may is what the list of routes says, and nothing of one
//! office is there for another.

use cei_gateway::http::routes::{ROUTES, Route, Who};
use cei_gateway::store::credentials::Party;
use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
use cei_gateway::transport::{Trust, client_config};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::kit::databases::Database;
use crate::kit::world::{World, both_worlds, certificates};
use crate::office_api::{lift_limits, register, serve};

/// Somebody who asks.
struct Caller {
    party: Party,
    scopes: &'static str,
    key: String,
}

impl Caller {
    fn may(&self, who: Who) -> Result<(), &'static str> {
        let Who::Only { parties, scope } = who else {
            return Ok(());
        };
        if !parties.contains(&self.party) {
            return Err("party-not-allowed");
        }
        if self.scopes == "*" || self.scopes == scope {
            Ok(())
        } else {
            Err("scope-missing")
        }
    }
}

/// Every party with every scope, with each scope there is alone, and with none.
async fn callers(world: &World) -> Vec<Caller> {
    let mut scopes: Vec<&'static str> = ROUTES
        .iter()
        .filter_map(|route| match route.who {
            Who::Only { scope, .. } => Some(scope),
            Who::Anyone | Who::Signed => None,
        })
        .collect();
    scopes.extend(["*", "nothing:read"]);
    scopes.sort_unstable();
    scopes.dedup();
    let mut callers = Vec::new();
    for party in Party::ALL {
        let office = (*party == Party::Office).then(|| world.offices[1].id);
        for scopes in &scopes {
            callers.push(Caller {
                party: *party,
                scopes,
                key: register(world, *party, office, scopes).await,
            });
        }
    }
    callers
}

/// Whether a caller is one to try a route with: one who may everything, one who may just this, and
/// one who may nothing.
fn is_of_interest(caller: &Caller, route: &Route) -> bool {
    let own = match route.who {
        Who::Only { scope, .. } => scope,
        Who::Anyone | Who::Signed => "*",
    };
    ["*", "nothing:read", own].contains(&caller.scopes)
}

/// A client that goes where it is told to and nowhere else.
fn client() -> Client {
    let anchors = std::fs::read(certificate_file(certificates(), TLS_CA)).unwrap();
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    Client::builder()
        .tls_backend_preconfigured(client_config(&trust, None).unwrap())
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .unwrap()
}

/// Asks; returns the status, and the code where it is a problem.
async fn ask(
    (client, url): (&Client, &str),
    route: &Route,
    path: &str,
    key: Option<&str>,
) -> (StatusCode, String) {
    let method: Method = route.method.parse().unwrap();
    let request = client.request(method, format!("{url}{path}"));
    let request = match key {
        Some(key) => request.bearer_auth(key),
        None => request,
    };
    // No idempotency key and no body: whoever is let through is told of that, or of what is not
    // there, and nothing is changed.
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// The path with names of nothing in it.
fn path_to_nothing(route: &Route) -> String {
    let part = |part: &str| {
        if part.starts_with('{') {
            "00000000-0000-4000-8000-000000000000".to_owned()
        } else {
            part.to_owned()
        }
    };
    let parts: Vec<String> = route.path.split('/').map(part).collect();
    parts.join("/")
}

#[tokio::test]
async fn every_route_lets_through_whom_the_list_names_and_nobody_else() {
    let mut world = World::start(Database::sqlite().await).await;
    lift_limits(&mut world).await;
    let callers = callers(&world).await;
    let (server, address) = serve(&world);
    let (client, url) = (client(), format!("http://{address}"));
    let api = (&client, url.as_str());
    let mut asked = 0;
    for route in ROUTES {
        let path = path_to_nothing(route);
        let (status, code) = ask(api, route, &path, None).await;
        let is_open = matches!(route.who, Who::Anyone | Who::Signed);
        let is_stranger = status == 401 && code == "credentials-missing";
        assert_eq!(is_stranger, !is_open, "{} {path}: {code}", route.method);
        for caller in callers
            .iter()
            .filter(|caller| is_of_interest(caller, route))
        {
            let (status, code) = ask(api, route, &path, Some(&caller.key)).await;
            let context = format!(
                "{} {path} by {} with {}: {status} {code}",
                route.method, caller.party, caller.scopes
            );
            match caller.may(route.who) {
                Ok(()) => {
                    assert_ne!(status, 401, "{context}");
                    assert!(status != 403 || route.who == Who::Signed, "{context}");
                    assert!(!status.is_server_error() || path == "/readyz", "{context}");
                }
                Err(refusal) => assert_eq!(
                    (status.as_u16(), code.as_str()),
                    (403, refusal),
                    "{context}"
                ),
            }
            asked += 1;
        }
    }
    assert!(asked > 1_000, "{asked}");
    server.stop().await;
}

both_worlds! {
    async fn nothing_of_one_office_is_there_for_another(world: &mut World) {
        let application = world.ready().await;
        let (owner, stranger) = (world.offices[0].id, world.offices[1].id);
        let owner = register(world, Party::Office, Some(owner), "*").await;
        let stranger = register(world, Party::Office, Some(stranger), "*").await;
        let (server, address) = serve(world);
        let url = format!("http://{address}");
        let client = client();
        let mut seen = 0;
        for route in ROUTES.iter().filter(|route| is_offices(route)) {
            let id = application.id.to_string();
            let path = route.path.replace("{id}", &id).replace("{name}", &application.number);
            let path = path.replace("{consignment}", "AWB-1");
            let method: Method = route.method.parse().unwrap();
            for (number, body) in BODIES.iter().enumerate() {
                let request = client.request(method.clone(), format!("{url}{path}"));
                let request = request.bearer_auth(&stranger);
                let once = format!("{number}-{path}").replace('/', "-");
                let request = request.header("Idempotency-Key", once);
                let request = if method == Method::GET {
                    request
                } else {
                    request.header("Content-Type", "application/json").body(*body)
                };
                let answer = request.send().await.unwrap();
                let status = answer.status();
                let text = answer.text().await.unwrap();
                let context = format!("{method} {path}: {status} {text}");
                for secret in [&application.number, &application.payment_reference, &id] {
                    assert!(!text.contains(secret.as_str()), "{context}");
                }
                if route.path.contains("{id}") {
                    // Whether it is not theirs or the body is not of this route: nothing is done.
                    assert!(matches!(status.as_u16(), 404 | 422), "{context}");
                    seen += usize::from(status == 404);
                }
            }
        }
        assert!(seen >= 8, "{seen}");
        let path = format!("{url}/v1/applications/{}", application.id);
        let own = client.get(path).bearer_auth(&owner).send().await.unwrap();
        assert_eq!(own.status(), 200);
        let untouched = world.application(application.id).await;
        assert_eq!(untouched, application, "nothing was done");
        server.stop().await;
    }
}

/// Bodies of the offices' requests, each right for some route.
const BODIES: [&str; 4] = [
    r#"{"reason":"WITHDRAWN"}"#,
    r#"{"days":3,"reason":"asked elsewhere"}"#,
    r#"{"report":"HANDED_OVER"}"#,
    r#"{"code":702,"noticed_on":"2026-11-02"}"#,
];

fn is_offices(route: &Route) -> bool {
    match route.who {
        Who::Only { parties, .. } => parties.contains(&Party::Office),
        Who::Anyone | Who::Signed => false,
    }
}

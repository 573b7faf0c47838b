//! After the story: the console opens, the gateway's API stays up, and everybody goes on living by the
//! clock on the wall, so that what is decided has its consequences.

use std::time::Duration;

use anyhow::Context;

use crate::cli::demo::counter::Counter;
use crate::cli::demo::play::act;
use crate::cli::demo::stage::Stage;
use crate::clock::Clock;

/// How often everybody looks whether something is to be done, by the clock on the wall.
const TICK: Duration = Duration::from_millis(200);

/// What can be tried over the API, and how to leave.
pub(super) fn invitation(stage: &Stage, counter: &Counter) -> anyhow::Result<String> {
    let server = stage.server.as_ref().context("the gateway has stopped")?;
    let url = format!("https://localhost:{}", server.address.port());
    let anchor = stage.out.join("trust").join("tls-ca.pem");
    let curl = format!(
        "curl --cacert '{}' -H 'Authorization: Bearer {}'",
        anchor.display(),
        stage.api_key
    );
    Ok(format!(
        "\n\
         The gateway's API stays up at {url}, until Ctrl-C.\n\
         \n\
         Read what it can do; the browser warns, since the certificates are the demo's own:\n\
         \x20 {url}/api/docs\n\
         Ask what waits for an operator, and look at one of the applications:\n\
         \x20 {curl} '{url}/v1/operations/applications?held=true&limit=5'\n\
         \x20 {curl} '{url}/v1/operations/applications/NUMBER'\n\
         Decide about a hold, by its id; the bureau, the banks and the offices go on living:\n\
         \x20 {curl} '{url}/v1/holds?limit=5'\n\
         \x20 {curl} -H 'Idempotency-Key: 1' -H 'Content-Type: application/json' \\\n\
         \x20   -d '{{\"reason\":\"tried it\"}}' '{url}/v1/holds/ID/release'\n\
         Hand applications in as an office; docs/office-guide.md shows how, from the first to a card:\n\
         \x20 . '{}'\n\
         \n",
        counter.folder.join("gateway.env").display()
    ))
}

/// Lets everybody live until `leave` is done. Of the clock on the wall each second is as many of
/// theirs as the pace says.
pub(super) async fn stay(
    stage: &mut Stage,
    counter: &mut Counter,
    (wall, pace): (&Clock, u32),
    leave: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let mut leave = std::pin::pin!(leave);
    loop {
        tokio::select! {
            () = &mut leave => return Ok(()),
            () = wall.sleep(TICK) => (),
        }
        stage.clock.advance(TICK * pace);
        counter.work(stage).await?;
        act(stage).await?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::demo::{Wish, counter, set};
    use crate::clock::ManualClock;
    use crate::transport::{Trust, client_config};

    /// A browser of the operator's that trusts the demo's certificates.
    fn client(stage: &Stage) -> reqwest::Client {
        let anchors = std::fs::read(stage.out.join("trust").join("tls-ca.pem")).unwrap();
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        reqwest::Client::builder()
            .tls_backend_preconfigured(client_config(&trust, None).unwrap())
            .no_proxy()
            .build()
            .unwrap()
    }

    /// The first address that the invitation names, and the key that it gives.
    fn told(invitation: &str) -> (String, String) {
        let after = |mark: &str, end: char| {
            let (_, rest) = invitation.split_once(mark).unwrap();
            rest.split(end).next().unwrap().to_owned()
        };
        (after("stays up at ", ','), after("Bearer ", '\''))
    }

    #[tokio::test]
    async fn what_the_invitation_says_can_be_tried_until_one_leaves() {
        let folder = tempfile::tempdir().unwrap();
        let wish = Wish::new(1, 1, folder.path().to_owned());
        let mut stage = set(&wish).await.unwrap();
        let mut counter = counter::open(&stage).await.unwrap();
        let (url, key) = told(&invitation(&stage, &counter).unwrap());
        let client = client(&stage);
        let began_at = stage.gateway.clock.now();
        let wall = ManualClock::at(began_at);
        let time = wall.clone();
        let visit = async move {
            let page = client.get(format!("{url}/api/docs")).send().await.unwrap();
            assert_eq!(page.status(), 200);
            let list = client.get(format!("{url}/v1/operations/applications"));
            let list = list.bearer_auth(&key).send().await.unwrap();
            assert_eq!(list.json::<Value>().await.unwrap()["data"], json!([]));
            // A few seconds go by.
            for _ in 0..5 {
                time.advance(TICK);
                tokio::task::yield_now().await;
            }
        };
        let wall = Clock::Manual(wall);
        stay(&mut stage, &mut counter, (&wall, 60), visit)
            .await
            .unwrap();
        assert!(stage.gateway.clock.now() > began_at, "time goes on");
        stage.close().await;
    }
}

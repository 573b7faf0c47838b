//! Ways that lead nowhere: answers of others, tokens that are not to be believed, a provider that is away.

use cei_gateway::store::provider_trips::{self, Trip};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::console::browser::{Answer, Browser, SESSION, add_user};
use crate::console::single_sign_on::key::Kind;
use crate::console::single_sign_on::provider::{Manner, PATIENCE, Provider, Sent};
use crate::console::single_sign_on::{
    SUBJECT, TRIP, add_linked, by_provider, come_back, go_through, leave, record, scene,
};
use crate::kit::databases::rows;
use crate::kit::world::both_worlds;

/// The manners whose tokens are refused, each with what the page and the record call it.
fn lies() -> Vec<(Manner, &'static str)> {
    let claim = |name, value| Manner::Claim(name, value);
    vec![
        (claim("nonce", json!("another")), "NONCE"),
        (claim("nonce", json!(null)), "NONCE"),
        (claim("aud", json!("another-console")), "AUDIENCE"),
        (claim("aud", json!(["cei-console", "another"])), "AUDIENCE"),
        (claim("azp", json!("another-console")), "AUDIENCE"),
        (claim("iss", json!("https://id.example")), "ISSUER"),
        (claim("exp", json!(1_793_600_000)), "EXPIRED"),
        (claim("sub", json!("")), "MALFORMED"),
        (claim("sub", json!("a\nb")), "MALFORMED"),
        (claim("exp", json!(null)), "MALFORMED"),
        (Manner::Signed(Kind::None), "ALGORITHM"),
        (Manner::Signed(Kind::Hs256), "ALGORITHM"),
        (Manner::Signed(Kind::Hs256OfPublicKey), "ALGORITHM"),
        (Manner::Altered, "SIGNATURE"),
        (Manner::NoToken, "MISSING"),
        (Manner::Nonsense, "MALFORMED"),
    ]
}

#[track_caller]
fn assert_out(answer: &Answer, browser: &Browser, (status, part): (u16, &str)) {
    answer.shows(status, part);
    answer.shows(status, "type=\"password\"");
    assert!(!browser.cookies.contains_key(SESSION), "{}", answer.text);
}

both_worlds! {
    async fn no_token_is_believed_that_is_not_right_in_every_part(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        provider.say(json!({ "amr": ["mfa"] }));
        add_linked(world, "ana", SUBJECT).await;
        for (manner, defect) in lies() {
            let mut browser = Browser::new(&console);
            provider.behave(manner.clone());
            let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
            assert_eq!(answer.status, 422, "{manner:?} {}", answer.text);
            assert_out(&answer, &browser, (422, &format!("codul {defect}.")));
            let line = format!("gateway:console SIGN_IN_FAILED {} provider: token {defect}", provider.issuer());
            let said = record(world).await;
            assert_eq!(said.last(), Some(&line), "{manner:?}");
        }
        // A good signature of a kind that does not count.
        let mut browser = Browser::new(&console);
        world.pass(TimeDelta::hours(2));
        provider.behave(Manner::Good);
        provider.change_key(Kind::Rs512, "longer");
        let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        assert_out(&answer, &browser, (422, "codul ALGORITHM."));
        console.stop().await;
    }

    async fn every_signature_that_counts_is_believed_and_new_keys_are_found(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        provider.say(json!({ "amr": ["mfa"] }));
        add_linked(world, "ana", SUBJECT).await;
        for (kind, id) in [(Kind::Es256, "a"), (Kind::Rs256, "b"), (Kind::Ps256, "c"), (Kind::EdDsa, "d")] {
            // Later than a minute after the keys were read last.
            world.pass(TimeDelta::seconds(61));
            provider.change_key(kind, id);
            let mut browser = Browser::new(&console);
            let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
            assert_eq!((answer.status, answer.location()), (303, "/"), "{kind:?} {}", answer.text);
        }
        assert_eq!(provider.asked_for("/.well-known/openid-configuration"), 1);
        assert_eq!(provider.asked_for("/keys"), 4, "once at first, once for each new key");

        // Whoever names unknown keys all the time makes us ask once a minute.
        provider.change_key(Kind::Es256, "e");
        for status in [422, 422] {
            let mut browser = Browser::new(&console);
            let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
            assert_out(&answer, &browser, (status, "codul UNKNOWN_KEY."));
        }
        assert_eq!(provider.asked_for("/keys"), 4);
        world.pass(TimeDelta::hours(1));
        let mut browser = Browser::new(&console);
        assert_eq!(go_through(world, &mut browser, &provider, SUBJECT).await.status, 303);
        assert_eq!(provider.asked_for("/.well-known/openid-configuration"), 2, "its word is good for an hour");
        console.stop().await;
    }

    async fn an_answer_counts_once_for_the_browser_that_left_and_in_time(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        provider.say(json!({ "amr": ["mfa"] }));
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        let sent = leave(&mut browser, "").await;
        let code = provider.identify(&sent, SUBJECT, world.now());
        let right = format!("code={code}&state={}", sent.state);

        // Another's state, none, and another browser: the way stays open for whoever began it.
        let mut other = Browser::new(&console);
        let theirs = leave(&mut other, "").await;
        for query in [format!("code={code}&state={}", theirs.state), format!("code={code}"), String::new()] {
            let answer = come_back(&mut browser, &query).await;
            assert_out(&answer, &browser, (422, "nu aparține intrării începute aici"));
        }
        let mut bare = Browser::new(&console);
        for _ in 0..2 {
            let answer = come_back(&mut bare, &right).await;
            assert_out(&answer, &bare, (422, "Începeți din nou."));
            bare.cookies.insert(TRIP.to_owned(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
        }
        assert_out(&come_back(&mut other, &right).await, &other, (422, "nu aparține intrării"));
        assert_eq!(provider.asked_for("/token"), 0);

        let kept = browser.cookies[TRIP].clone();
        assert_eq!(come_back(&mut browser, &right).await.status, 303);
        // Back and forth: the same answer once more.
        let mut again = Browser::new(&console);
        again.cookies.insert(TRIP.to_owned(), kept);
        let answer = come_back(&mut again, &right).await;
        assert_out(&answer, &again, (422, "a fost deja folosită"));
        assert_eq!(provider.asked_for("/token"), 1, "a code is not shown to the provider twice");

        // Too late.
        let sent = leave(&mut other, "").await;
        let code = provider.identify(&sent, SUBJECT, world.now());
        world.pass(TimeDelta::minutes(10));
        let answer = come_back(&mut other, &format!("code={code}&state={}", sent.state)).await;
        assert_out(&answer, &other, (422, "a expirat"));
        console.stop().await;
    }

    async fn what_the_provider_refuses_is_said_in_words(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        for (said, words) in [
            ("error=access_denied", "Intrarea a fost refuzată sau oprită la ROeID."),
            ("error=temporarily_unavailable", "Nu răspunde acum: ROeID."),
            ("error=%3Cscript%3E", "Nu ați fost recunoscut de ROeID."),
            ("code=a-code&iss=https%3A%2F%2Fid.example", "Nu ați fost recunoscut de ROeID."),
            ("", "Nu ați fost recunoscut de ROeID."),
        ] {
            let sent = leave(&mut browser, "?next=/account").await;
            let answer = come_back(&mut browser, &format!("{said}&state={}", sent.state)).await;
            assert_out(&answer, &browser, (422, words));
            answer.shows(422, "name=\"next\" value=\"/account\"");
            assert!(!answer.text.contains("script>alert"));
        }
        assert_eq!(provider.asked_for("/token"), 0);

        for (manner, status, words) in [
            (Manner::Refuses(400, "invalid_grant"), 422, "Nu ați fost recunoscut de ROeID."),
            (Manner::Refuses(401, "invalid_client"), 503, "Nu ați fost recunoscut de ROeID."),
            (Manner::Refuses(503, "x"), 503, "Nu răspunde acum: ROeID."),
            (Manner::Closes, 503, "Nu răspunde acum: ROeID."),
            (Manner::Endless, 503, "Nu răspunde acum: ROeID."),
            (Manner::Redirects, 503, "Nu răspunde acum: ROeID."),
        ] {
            provider.behave(manner.clone());
            let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
            assert_eq!(answer.status, status, "{manner:?} {}", answer.text);
            assert_out(&answer, &browser, (status, words));
            assert!(!answer.text.contains("ana@example.ro"));
        }
        let said = record(world).await;
        assert!(!said.iter().any(|line| line.contains("SIGN_IN_FAILED")), "{said:#?}");
        console.stop().await;
    }

    async fn a_provider_that_is_slow_is_waited_for_ten_seconds(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        provider.behave(Manner::Silent);
        let sent = leave(&mut browser, "").await;
        let code = provider.identify(&sent, SUBJECT, world.now());
        let query = format!("code={code}&state={}", sent.state);
        let time_passes = async {
            provider.is_asked_for("/token").await;
            world.pass(TimeDelta::from_std(PATIENCE).unwrap());
        };
        let (answer, ()) = tokio::join!(come_back(&mut browser, &query), time_passes);
        assert_out(&answer, &browser, (503, "Nu răspunde acum: ROeID."));
        console.stop().await;
    }

    async fn while_the_provider_is_away_passwords_are_as_good_as_ever(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        let address = provider.address;
        drop(provider);
        let given = add_user(world, "ion", cei_gateway::domain::operator::role::Role::Viewer).await;
        let mut browser = Browser::new(&console);
        for _ in 0..2 {
            let answer = browser.get("/sign-in/provider?next=/account").await;
            assert_out(&answer, &browser, (503, "Nu răspunde acum: ROeID. Folosiți parola contului"));
        }
        browser.cookies.insert("cei-language".to_owned(), "en".to_owned());
        browser.get("/sign-in/provider").await.shows(503, "There is no answer now from ROeID.");
        let answer = browser.post("/sign-in", &[("name", "ion"), ("password", &given)]).await;
        assert_eq!(answer.location(), "/sign-in/password");

        // It is left in peace for some seconds after a failure, and asked again then.
        let provider = Provider::start_at(address).await;
        let mut other = Browser::new(&console);
        assert_eq!(other.get("/sign-in/provider").await.status, 503);
        assert_eq!(provider.asked_for("/.well-known/openid-configuration"), 0);
        world.pass(TimeDelta::seconds(15));
        leave(&mut other, "").await;
        console.stop().await;
    }

    async fn nobody_is_asked_whom_the_providers_word_points_to(world: &mut World) {
        let elsewhere = Provider::start().await;
        let (console, provider) = scene(world, |_| ()).await;
        let mut browser = Browser::new(&console);
        provider.point_elsewhere("jwks_uri", format!("{}/keys", elsewhere.issuer()));
        let answer = browser.get("/sign-in/provider").await;
        assert_out(&answer, &browser, (503, "Nu răspunde acum: ROeID."));
        world.pass(TimeDelta::seconds(15));
        provider.point_elsewhere("issuer", elsewhere.issuer());
        assert_eq!(browser.get("/sign-in/provider").await.status, 503, "another's word about itself");

        world.pass(TimeDelta::seconds(15));
        provider.point_elsewhere("token_endpoint", format!("{}/token", elsewhere.issuer()));
        let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        assert_out(&answer, &browser, (503, "Nu răspunde acum: ROeID."));
        for path in ["/keys", "/token", "/.well-known/openid-configuration"] {
            assert_eq!(elsewhere.asked_for(path), 0, "{path}");
        }
        console.stop().await;
    }

    async fn so_many_leave_from_one_address_and_no_more(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        let expires_at = world.now() + TimeDelta::minutes(10);
        let mut tx = world.write().await;
        for serial in 0..200_u8 {
            let trip = Trip {
                token_hash: [serial; 32],
                salt: [0; 32],
                next: "/".to_owned(),
                address: "127.0.0.1".to_owned(),
                expires_at,
            };
            assert!(provider_trips::insert(&mut tx, &trip, 200, world.now()).await.unwrap());
        }
        tx.commit().await.unwrap();
        let mut browser = Browser::new(&console);
        let answer = browser.get("/sign-in/provider").await;
        assert_out(&answer, &browser, (429, "Prea multe intrări au fost începute"));
        world.pass(TimeDelta::minutes(10));
        leave(&mut browser, "").await;
        // What is over is forgotten with the old sessions.
        cei_gateway::flow::people::session::forget_sessions(&world.gateway).await.unwrap();
        let mut tx = world.read().await;
        let left = rows!((i64,), &mut tx, "SELECT COUNT(*) FROM provider_trips");
        assert_eq!(left[0].0, 1);
        drop(tx);

        // Another site uses up no way, and bars nobody.
        let request = browser.request(Method::GET, "/sign-in/provider?next=/account");
        let answer = browser.send(request.header("sec-fetch-site", "cross-site")).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=/account"));
        for _ in 0..60 {
            assert_eq!(come_back(&mut browser, "state=x").await.status, 422);
        }
        let mut tx = world.read().await;
        let left = rows!((i64,), &mut tx, "SELECT COUNT(*) FROM provider_trips");
        assert_eq!(left[0].0, 1);
        drop(tx);

        // Whoever brings codes that the provider does not know waits.
        provider.behave(Manner::Refuses(400, "invalid_grant"));
        let mut answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        for _ in 0..40 {
            if answer.status == 429 {
                break;
            }
            assert_eq!(answer.status, 422);
            answer = match browser.get("/sign-in/provider").await {
                barred if barred.status == 429 => barred,
                left => {
                    let sent = Sent::of(left.location());
                    let query = format!("code=x&state={}", sent.state);
                    come_back(&mut browser, &query).await
                }
            };
        }
        assert_out(&answer, &browser, (429, "Prea multe încercări greșite."));
        assert_eq!(browser.get("/sign-in/provider").await.status, 429);
        console.stop().await;
    }
}

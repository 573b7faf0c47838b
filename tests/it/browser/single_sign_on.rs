//! Somebody comes from a provider in a real browser, from another site and back, with scripts and without.

use std::net::TcpListener;

use cei_gateway::console::server::{Listener, start};
use chrono::TimeDelta;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::browser::{axe, there_is_no_browser};
use crate::console::browser::Device;
use crate::console::single_sign_on::real::{Real, there_is_no_provider};
use crate::console::single_sign_on::{add_linked, set_up};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// A port that nobody has; the provider must know it before the console listens there.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The way to the provider, whose form asks for a name, and back.
async fn come_from_provider(tab: &Tab, browser: &mut Chromium) {
    tab.follow(browser, "main a[href^=\"/sign-in/provider\"]")
        .await;
    tab.fill(browser, "#name", "subject-of-ana").await;
    tab.follow(browser, "main button").await;
}

#[tokio::test]
async fn somebody_comes_from_a_provider_of_another_site_and_back() {
    if there_is_no_browser() || there_is_no_provider() {
        return;
    }
    for scripts in [true, false] {
        let mut world = World::start(Database::sqlite().await).await;
        let port = free_port();
        let base = format!("http://localhost:{port}");
        // 127.0.0.1 is another site than localhost.
        let answer_url = format!("{base}/sign-in/provider/answer");
        let real = Real::start(&answer_url, "", world.now());
        world.config.console.bind = Some(([127, 0, 0, 1], port).into());
        set_up(&mut world, &real.issuer, |oidc| {
            oidc.client_secret_file = None;
        })
        .await;
        world.config.console.public_url = Some(base.clone());
        world.restart().await;
        let listener = Listener::from_config(&world.config).unwrap().unwrap();
        let console = start(&world.gateway, listener).unwrap();
        add_linked(&world, "ana", "subject-of-ana").await;

        let mut browser = Chromium::start().await;
        let mut tab = Tab::open(&mut browser, &base).await;
        if !scripts {
            tab.without_scripts(&mut browser).await;
        }
        assert_eq!(tab.go(&mut browser, "/account").await, 200);
        if scripts {
            assert_eq!(axe::violations(&tab, &mut browser).await, [""; 0]);
        }
        assert_eq!(tab.complaints(&mut browser), [""; 0]);
        come_from_provider(&tab, &mut browser).await;
        assert_eq!(
            tab.path(&mut browser).await,
            "/sign-in/device?next=/account"
        );
        let page = tab
            .see(&mut browser, "document.documentElement.outerHTML")
            .await;
        let device = Device::of_page(page.as_str().unwrap());
        tab.fill(&mut browser, "#code", &device.shows(&world)).await;
        tab.follow(&mut browser, "main button").await;
        tab.follow(&mut browser, "main a.first").await;
        assert_eq!(tab.path(&mut browser).await, "/account");

        // In another browser, somebody whom no account is linked to reads what to do.
        world.pass(TimeDelta::minutes(1));
        let other = Tab::open(&mut browser, &base).await;
        other.go(&mut browser, "/sign-in").await;
        let button = "main a[href^=\"/sign-in/provider\"]";
        other.follow(&mut browser, button).await;
        other.fill(&mut browser, "#name", "a-stranger").await;
        other.follow(&mut browser, "main button").await;
        let text = other.text(&mut browser).await;
        assert!(text.contains("Identificatorul: a-stranger"), "{text}");
        assert_eq!(axe::violations(&other, &mut browser).await, [""; 0]);
        console.stop().await;
    }
}

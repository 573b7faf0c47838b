//! Messages that died, one by one and all that match; and their destination, paused and resumed.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::find_lane;
use cei_gateway::worker::drain;
use cei_gateway::worker::redriver::Redriver;
use chrono::TimeDelta;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, act, confirm, follow, go, tab_of};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::console::outbox::{dead_events, waiting};
use crate::kit::databases::Database;
use crate::kit::world::World;

#[tokio::test]
async fn dead_messages_are_sent_again_or_given_up_and_their_destination_paused() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let ids = dead_events(&mut world, 4, "PERMANENT 410").await;
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        // One of them again, another one never.
        for (id, button, left) in [
            (ids[0], "main .bulk button.first", 3),
            (ids[1], "main .bulk button[formaction]", 2),
        ] {
            go(&tab, &mut browser, "/outbox/dead").await;
            let tick = format!("input[name=row][value=\"{id}\"]");
            tab.press(&mut browser, &tick).await;
            follow(&tab, &mut browser, button).await;
            let preview = tab.text(&mut browser).await;
            assert!(preview.contains("1 mesaj"), "{preview}");
            confirm(&tab, &mut browser, "the office said so").await;
            assert_eq!(waiting(&world).await, left);
        }
        // All that are left: counted first, and followed on a page of its own.
        go(&tab, &mut browser, "/outbox/dead").await;
        let all = "main .bulk a[href*=\"/redrive\"]";
        follow(&tab, &mut browser, all).await;
        let preview = tab.text(&mut browser).await;
        assert!(preview.contains("2 mesaje"), "{preview}");
        let path = confirm(&tab, &mut browser, "the office mended it").await;
        assert!(path.starts_with("/outbox/dead/decisions/"), "{path}");
        world.pass(TimeDelta::seconds(5));
        drain(&Redriver, &world.gateway, 20).await.unwrap();
        go(&tab, &mut browser, &path).await;
        let progress = tab.text(&mut browser).await;
        assert!(progress.contains("2 din 2 mesaje"), "{progress}");
        assert_eq!(waiting(&world).await, 0);

        let lane = lane_of(world.offices[0].id);
        let thing = format!("/outbox/lanes/{lane}");
        let is_paused = async || {
            let lane = find_lane(&mut world.read().await, &lane).await;
            lane.unwrap().unwrap().paused
        };
        assert_eq!(
            act(&tab, &mut browser, &thing, "pause").await,
            "DESTINATION_PAUSED"
        );
        assert!(is_paused().await);
        assert_eq!(
            act(&tab, &mut browser, &thing, "resume").await,
            "DESTINATION_RESUMED"
        );
        assert!(!is_paused().await);
        console.stop().await;
    }
}

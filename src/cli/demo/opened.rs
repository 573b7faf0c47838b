//! The console of a demo: opened behind the sequel, on data with which everything can be tried.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;

use crate::cli::demo::people::{Person, invite};
use crate::cli::demo::sequel::{self, Sequel};
use crate::cli::demo::stage::Stage;
use crate::console::server::{Listener, Running, start};

/// Where the console listens, if nobody else does.
const CONSOLE_PORT: u16 = 8446;

/// A demo whose console is open.
pub struct Opened {
    /// Everything that takes part.
    pub stage: Stage,
    /// Who can sign in.
    pub people: Vec<Person>,
    console: Running,
    sequel: Sequel,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.console.address)
    }
}

impl Opened {
    /// Plays what comes after a story of so many applications, then opens the console.
    pub async fn open(mut stage: Stage, applications: u32) -> anyhow::Result<Self> {
        let people = invite(&stage).await?;
        let sequel = sequel::play(&mut stage, applications).await?;
        let console = open_console(&stage)?;
        Ok(Self {
            stage,
            people,
            console,
            sequel,
        })
    }

    /// Where the console is. Browsers take cookies that want TLS from this name without TLS too.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.console.address.port())
    }

    /// Where the console is, and who may come in.
    pub(super) fn welcome(&self) -> String {
        let people: String = self.people.iter().map(Person::introduction).collect();
        format!(
            "\n\
             The operators' console is open at\n\
             \n\
             \x20 {}\n\
             \n\
             Sign in as one of them; each code signs in once, more of them stand in the folder `console`:\n\
             {people}\
             What the one asks for, the other approves: sign in as both, in two browsers.\n",
            self.url()
        )
    }

    /// Ends everything in good order.
    pub async fn close(self) {
        self.console.stop().await;
        self.sequel.close().await;
        self.stage.close().await;
    }
}

/// Opens the console where people expect it, or else on a free port.
fn open_console(stage: &Stage) -> anyhow::Result<Running> {
    let at = |port| {
        let mut config = (*stage.gateway.config).clone();
        config.console.bind = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let listener = Listener::from_config(&config)?.context("there is no console")?;
        start(&stage.gateway, listener)
    };
    at(CONSOLE_PORT).or_else(|_taken| at(0))
}

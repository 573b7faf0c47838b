//! A tab of a browser, used as a person uses it: addresses, clicks where things are seen, and typing.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::browser::chromium::Chromium;

/// A tab in a browser of its own: cookies are not shared with others.
pub(crate) struct Tab {
    session: String,
    base: String,
    pub(crate) has_scripts: bool,
}

/// A key of the keyboard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    name: &'static str,
    code: u32,
    text: &'static str,
}

/// On to the next thing that can be used.
pub(crate) const TAB: Key = Key {
    name: "Tab",
    code: 9,
    text: "",
};

/// Uses it.
pub(crate) const ENTER: Key = Key {
    name: "Enter",
    code: 13,
    text: "\r",
};

/// How a page is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Look {
    /// What stands in the name of a picture.
    pub(crate) name: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

const fn look(name: &'static str, scheme: &'static str, width: u32, height: u32) -> Look {
    Look {
        name,
        scheme,
        width,
        height,
    }
}

/// As people look: by day, by night, and on a telephone.
pub(crate) const LOOKS: [Look; 4] = [
    look("light", "light", 1440, 900),
    look("dark", "dark", 1440, 900),
    look("telephone", "light", 390, 844),
    look("telephone-dark", "dark", 390, 844),
];

impl Tab {
    /// Opens one towards the console at `base`.
    pub(crate) async fn open(browser: &mut Chromium, base: &str) -> Self {
        let context = browser.call("", "Target.createBrowserContext", json!({}));
        let context = context.await["browserContextId"].clone();
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = browser.call("", "Target.createTarget", target).await;
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("", "Target.attachToTarget", target).await;
        let tab = Self {
            session: attached["sessionId"].as_str().unwrap().to_owned(),
            base: base.to_owned(),
            has_scripts: true,
        };
        for domain in ["Page", "Runtime", "Log", "Network", "DOM"] {
            let method = format!("{domain}.enable");
            tab.call(browser, &method, json!({})).await;
        }
        tab.look(browser, LOOKS[0]).await;
        tab
    }

    async fn call(&self, browser: &mut Chromium, method: &str, params: Value) -> Value {
        browser.call(&self.session, method, params).await
    }

    /// Switches the page's own scripts off.
    pub(crate) async fn without_scripts(&mut self, browser: &mut Chromium) {
        self.has_scripts = false;
        let off = json!({ "value": true });
        self.call(browser, "Emulation.setScriptExecutionDisabled", off)
            .await;
    }

    /// Looks at pages like this from now on.
    pub(crate) async fn look(&self, browser: &mut Chromium, look: Look) {
        let scheme = json!({ "features": [
            { "name": "prefers-color-scheme", "value": look.scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]});
        self.call(browser, "Emulation.setEmulatedMedia", scheme)
            .await;
        let size = json!({ "width": look.width, "height": look.height, "deviceScaleFactor": 1,
                           "mobile": look.width < 600 });
        self.call(browser, "Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Holds a session, as if its owner had signed in.
    pub(crate) async fn hold(&self, browser: &mut Chromium, name: &str, value: &str) {
        let cookie = json!({ "name": name, "value": value, "url": self.base, "path": "/",
                             "secure": true, "httpOnly": true, "sameSite": "Lax" });
        let set = self.call(browser, "Network.setCookie", cookie).await;
        assert_eq!(set["success"], json!(true), "{name}");
    }

    /// Holds a session no more.
    pub(crate) async fn let_go(&self, browser: &mut Chromium, name: &str) {
        let cookie = json!({ "name": name, "url": self.base });
        self.call(browser, "Network.deleteCookies", cookie).await;
    }

    /// Lets a script run in each page before its own.
    pub(crate) async fn before_scripts(&self, browser: &mut Chromium, script: &str) {
        let params = json!({ "source": script });
        let method = "Page.addScriptToEvaluateOnNewDocument";
        self.call(browser, method, params).await;
    }

    /// Goes to an address of the console; returns the status of its answer, 0 for a file that is kept.
    pub(crate) async fn go(&self, browser: &mut Chromium, path: &str) -> u64 {
        let url = json!({ "url": format!("{}{path}", self.base) });
        let went = self.call(browser, "Page.navigate", url).await;
        if went["isDownload"] == json!(true) {
            return 0;
        }
        assert!(went["errorText"].is_null(), "{path}: {went}");
        self.arrive(browser).await
    }

    async fn status(&self, browser: &mut Chromium) -> u64 {
        let status = "performance.getEntriesByType('navigation')[0].responseStatus";
        self.see(browser, status).await.as_u64().unwrap()
    }

    /// What an expression is on the page.
    pub(crate) async fn see(&self, browser: &mut Chromium, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let seen = self.call(browser, "Runtime.evaluate", params).await;
        let fault = &seen["exceptionDetails"];
        assert!(fault.is_null(), "{expression}: {fault}");
        seen["result"]["value"].clone()
    }

    /// The text that people read on the page.
    pub(crate) async fn text(&self, browser: &mut Chromium) -> String {
        let text = self.see(browser, "document.body.innerText").await;
        text.as_str().unwrap().to_owned()
    }

    /// Where the tab is, without what stands before the path.
    pub(crate) async fn path(&self, browser: &mut Chromium) -> String {
        let path = self
            .see(browser, "location.pathname + location.search")
            .await;
        path.as_str().unwrap().to_owned()
    }

    /// Types into the field that a selector finds.
    pub(crate) async fn fill(&self, browser: &mut Chromium, selector: &str, text: &str) {
        self.press(browser, selector).await;
        let select = format!("document.querySelector({}).select?.()", json!(selector));
        self.see(browser, &select).await;
        self.write(browser, text).await;
    }

    /// Clicks on what a selector finds first, where a person would: it must be seen there.
    pub(crate) async fn press(&self, browser: &mut Chromium, selector: &str) {
        let place = self.see(browser, &place_of(selector)).await;
        assert!(
            place["x"].is_number(),
            "{selector} cannot be clicked: {place}"
        );
        for kind in ["mousePressed", "mouseReleased"] {
            let mouse = json!({ "type": kind, "x": place["x"], "y": place["y"],
                                "button": "left", "clickCount": 1 });
            self.call(browser, "Input.dispatchMouseEvent", mouse).await;
        }
    }

    /// Strikes a key, wherever the focus is.
    pub(crate) async fn strike(&self, browser: &mut Chromium, key: Key) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key.name, "code": key.name,
                                    "windowsVirtualKeyCode": key.code });
            if kind == "keyDown" && !key.text.is_empty() {
                event["text"] = json!(key.text);
            }
            self.call(browser, "Input.dispatchKeyEvent", event).await;
        }
    }

    /// Types where the focus is.
    pub(crate) async fn write(&self, browser: &mut Chromium, text: &str) {
        self.call(browser, "Input.insertText", json!({ "text": text }))
            .await;
    }

    /// Waits for the page that something leads to; returns its status.
    pub(crate) async fn arrive(&self, browser: &mut Chromium) -> u64 {
        browser.wait_for(&self.session, "Page.loadEventFired").await;
        self.status(browser).await
    }

    /// Clicks on what leads to another page, and waits for it; returns its status.
    pub(crate) async fn follow(&self, browser: &mut Chromium, selector: &str) -> u64 {
        self.press(browser, selector).await;
        self.arrive(browser).await
    }

    /// Lets the page do what makes it go elsewhere, and waits for that; returns its status.
    pub(crate) async fn leave(&self, browser: &mut Chromium, expression: &str) -> u64 {
        self.see(browser, expression).await;
        browser.wait_for(&self.session, "Page.loadEventFired").await;
        self.status(browser).await
    }

    /// What went wrong since this was asked last: messages on the console, errors of scripts, and what
    /// the policy of content stopped.
    pub(crate) fn complaints(&self, browser: &mut Chromium) -> Vec<String> {
        let events = browser.take_events(&self.session).into_iter();
        let complaints = events.filter_map(|event| match event.method.as_str() {
            "Runtime.exceptionThrown" => Some(event.params.to_string()),
            "Runtime.consoleAPICalled" => {
                let kind = event.params["type"].as_str();
                matches!(kind, Some("error" | "warning" | "assert"))
                    .then(|| event.params.to_string())
            }
            "Log.entryAdded" => {
                let entry = &event.params["entry"];
                let is_bad = matches!(entry["level"].as_str(), Some("error" | "warning"));
                is_bad.then(|| entry.to_string())
            }
            _ => None,
        });
        complaints.collect()
    }

    /// Takes a picture of the whole page.
    pub(crate) async fn picture(&self, browser: &mut Chromium, file: &Path) {
        let params = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.call(browser, "Page.captureScreenshot", params).await;
        let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

/// The middle of an element as it lies in the window; nothing where something else lies above it.
fn place_of(selector: &str) -> String {
    let selector = json!(selector);
    format!(
        "(() => {{
            const found = document.querySelector({selector});
            if (!found) return 'there is none';
            found.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
            const box = found.getClientRects()[0];
            if (!box) return 'it is not shown';
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            const hit = document.elementFromPoint(x, y);
            if (hit !== found && !found.contains(hit) && !hit?.contains(found)) return 'it is covered';
            return {{ x, y }};
        }})()"
    )
}

//! Somebody who calls the API now and then: an office's own program, or the back office.

use std::path::Path;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use crate::simulator::keys::{KeysError, client};
use crate::transport::certificates::office;

/// Whoever calls.
pub struct Caller {
    client: reqwest::Client,
    gateway_url: String,
    key: Option<String>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Caller(…)")
    }
}

impl Caller {
    /// An office that shows its certificate, from a folder of development certificates.
    pub fn office(dir: &Path, code: &str, gateway_url: &str) -> Result<Self, KeysError> {
        Ok(Self {
            client: client(dir, Some(&office(code)))?,
            gateway_url: gateway_url.to_owned(),
            key: None,
        })
    }

    /// Whoever holds an API key.
    pub fn with_key(dir: &Path, key: &str, gateway_url: &str) -> Result<Self, KeysError> {
        Ok(Self {
            client: client(dir, None)?,
            gateway_url: gateway_url.to_owned(),
            key: Some(key.to_owned()),
        })
    }

    /// Puts something; returns the status of the answer.
    pub async fn put(&self, path: &str, content: &Value) -> Result<u16, reqwest::Error> {
        self.send(Method::PUT, path, content).await
    }

    /// Posts something, once however often it is called; returns the status of the answer.
    pub async fn post(&self, path: &str, content: &Value) -> Result<u16, reqwest::Error> {
        self.send(Method::POST, path, content).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        content: &Value,
    ) -> Result<u16, reqwest::Error> {
        let url = format!("{}{path}", self.gateway_url);
        let mut request = self.client.request(method, url);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let request = request
            .header("Idempotency-Key", format!("caller-{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(content.to_string());
        Ok(request.send().await?.status().as_u16())
    }
}

/* Passkeys: the browser signs a challenge of the server, and the form sends the result. The buttons
   stay hidden without scripts, and in browsers without passkeys. */

(() => {
  "use strict";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  /* Decodes the options of the server: base64url text becomes bytes. */
  const decodeOptions = ({ publicKey }) => {
    const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
    const decodeIds = (list) =>
      (list || []).map((descriptor) => ({ ...descriptor, id: bytes(descriptor.id) }));
    if (options.user) {
      options.user = { ...options.user, id: bytes(options.user.id) };
      options.excludeCredentials = decodeIds(options.excludeCredentials);
    } else {
      options.allowCredentials = decodeIds(options.allowCredentials);
    }
    return options;
  };

  const encodeCredential = (credential) => {
    const response = {};
    for (const name of [
      "clientDataJSON",
      "attestationObject",
      "authenticatorData",
      "signature",
      "userHandle",
    ]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) {
      response.transports = credential.response.getTransports();
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const createCredential = async (form) => {
    const options = decodeOptions(JSON.parse(form.dataset.options));
    const passwordless = form.elements.passwordless?.checked;
    options.authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: passwordless ? "required" : "discouraged",
      requireResidentKey: Boolean(passwordless),
      userVerification: passwordless ? "required" : "preferred",
    };
    return navigator.credentials.create({ publicKey: options });
  };

  const getCredential = async (form) => {
    let options = form.dataset.options;
    if (!options) {
      const response = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error("The server does not ask for a passkey.");
      options = JSON.stringify((await response.json()).request_options);
    }
    return navigator.credentials.get({ publicKey: decodeOptions(JSON.parse(options)) });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector(".problem");
      problem.hidden = true;
      try {
        const isNew = form.dataset.passkey === "make";
        const credential = await (isNew ? createCredential(form) : getCredential(form));
        form.elements.credential.value = JSON.stringify(encodeCredential(credential));
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
})();

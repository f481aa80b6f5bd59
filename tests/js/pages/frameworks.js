/** React, Vue and the stores that go with them, as one object; pages make their applications of it. */

import { createPinia, defineStore } from 'pinia';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { applyMiddleware, legacy_createStore as createStore } from 'redux';
import * as Vue from 'vue';
import { create } from 'zustand';

window.frameworks = { React, createRoot, Vue, createPinia, defineStore, applyMiddleware, createStore, create };

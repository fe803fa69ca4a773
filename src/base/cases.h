// cases.h: one lambda per alternative of a variant.
#pragma once

namespace baton {

template <class... Fs>
struct Cases : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Cases(Fs...) -> Cases<Fs...>;

}  // namespace baton

// Command server shows the time in a few cities.
package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

var cities = []string{"America/New_York", "Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland"}

type clock struct {
	City, Time string
}

func clocks(now time.Time) ([]clock, error) {
	var all []clock
	for _, city := range cities {
		location, err := time.LoadLocation(city)
		if err != nil {
			return nil, err
		}
		all = append(all, clock{city, now.In(location).Format("15:04")})
	}
	return all, nil
}

func main() {
	page := template.Must(template.ParseFiles("pages/index.tmpl"))

	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		all, err := clocks(time.Now())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if err := page.Execute(w, all); err != nil {
			log.Print(err)
		}
	})
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})

	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	server := &http.Server{Addr: ":" + port}
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer done()
	go func() {
		<-stop.Done()
		server.Shutdown(context.Background())
	}()
	log.Printf("listening on port %s", port)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
